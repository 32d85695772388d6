package dev.portreeve.gateway.model;

import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.UpstreamFault.Kind;
import io.helidon.http.HeaderName;
import io.helidon.webclient.http1.Http1ClientResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An upstream's answer whose head has arrived. Closing it before the body was read to its end closes the connection, which
 * is how an upstream learns that nobody listens any more. Used by one thread at a time.
 */
public final class UpstreamAnswer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(UpstreamAnswer.class);
    private static final int FIRST_SIZE = 4 * 1024;
    private static final int DRAIN_SIZE = 512;
    private static final int MAX_DRAIN_READS = 16;

    private final Http1ClientResponse response;
    private final Deadline deadline;
    private final Semaphore slots;
    private final AtomicBoolean closed = new AtomicBoolean();

    UpstreamAnswer(Http1ClientResponse response, Deadline deadline, Semaphore slots) {
        this.response = response;
        this.deadline = deadline;
        this.slots = slots;
    }

    public int status() {
        return response.status().code();
    }

    public @Nullable String header(HeaderName name) {
        return response.headers().contains(name) ? response.headers().get(name).get() : null;
    }

    /** The body as a stream that ends with an exception once the call's deadline has passed. */
    public InputStream body() {
        return new DeadlineStream(response.inputStream(), deadline);
    }

    /**
     * Reads the whole body.
     *
     * @throws CallEnded with {@code TOO_LARGE} above the limit, or with what broke
     */
    public byte[] readAll(int limit) throws CallEnded {
        byte @Nullable [] bytes;
        try {
            bytes = readUpTo(limit);
        } catch (IOException | RuntimeException failed) {
            throw UpstreamFailures.inAnswer(failed, status());
        }
        if (bytes == null) {
            throw UpstreamFailures.ended(
                    Kind.TOO_LARGE, status(), "the provider's answer is larger than " + limit + " bytes", true);
        }
        return bytes;
    }

    /** Reads the body of an error, or gives {@code null} where that is too large or breaks: the status says enough. */
    public byte @Nullable [] readError(int limit) {
        try {
            return readUpTo(limit);
        } catch (IOException | RuntimeException broken) {
            LOG.debug("the body of an error could not be read: {}", broken.toString());
            return null;
        }
    }

    private byte @Nullable [] readUpTo(int limit) throws IOException {
        try (InputStream in = body()) {
            byte[] bytes = new byte[firstSize(limit)];
            int filled = 0;
            while (true) {
                int read = in.read(bytes, filled, bytes.length - filled);
                if (read < 0) {
                    return filled == bytes.length ? bytes : Arrays.copyOf(bytes, filled);
                }
                filled += read;
                if (filled > limit) {
                    return null;
                }
                if (filled == bytes.length) {
                    bytes = Arrays.copyOf(bytes, (int) Math.min(limit + 1L, bytes.length * 2L));
                }
            }
        }
    }

    /** One byte more than announced, so that the read that finds the end needs no larger array. */
    private int firstSize(int limit) {
        long announced = response.headers().contentLength().orElse(FIRST_SIZE);
        return (int) Math.min(limit, announced) + 1;
    }

    /**
     * Leaves the rest of the body, normally the few bytes that end it, to a thread of its own, so that the connection can
     * serve another call without anybody waiting for that. Bounded by the connection's idle time and by size.
     */
    public void drainAside() {
        if (closed.compareAndSet(false, true)) {
            slots.release();
            Thread.ofVirtual().name("drain").start(this::drain);
        }
    }

    private void drain() {
        try (Http1ClientResponse ending = response;
                InputStream in = ending.inputStream()) {
            byte[] rest = new byte[DRAIN_SIZE];
            int read = in.read(rest);
            for (int i = 0; read >= 0 && i < MAX_DRAIN_READS; i++) {
                read = in.read(rest);
            }
        } catch (IOException | RuntimeException broken) {
            // Closing what cannot be drained is all there is to do, and has been done.
            LOG.debug("connection closed instead of reused: {}", broken.toString());
        }
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            slots.release();
            response.close();
        }
    }
}
