package dev.portreeve.hub.outbound;

import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.policy.call.Deadline;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one HTTP client of the hub. Every request passes the {@link OutboundGuard}; redirects are answers like any other,
 * since a credential must not follow one; the JVM's proxy settings are not looked at. An answer's head is bounded by the
 * JDK ({@code jdk.http.maxHeaderSize}, 384 KiB). Made and closed by the composition root. Thread-safe; calls block.
 */
public final class OutboundHttp implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(OutboundHttp.class);
    private final HttpClient client;
    private final OutboundGuard guard;
    private final AlarmClock alarms;

    private OutboundHttp(HttpClient client, OutboundGuard guard, AlarmClock alarms) {
        this.client = client;
        this.guard = guard;
        this.alarms = alarms;
    }

    /**
     * @param threads run what the client does in the background; stays the caller's, as do the alarms
     * @param names how hosts are found
     */
    public static OutboundHttp create(
            Duration connectTimeout, Executor threads, NameResolver names, AlarmClock alarms) {
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .proxy(HttpClient.Builder.NO_PROXY)
                .connectTimeout(connectTimeout)
                .executor(threads)
                .build();
        return new OutboundHttp(client, new OutboundGuard(names), alarms);
    }

    /**
     * Sends a request and waits for the head of its answer. Whoever reads the body bounds it, in bytes and in time, and
     * closes it.
     *
     * @throws OutboundRefused if the gateway does not connect there
     */
    public HttpResponse<InputStream> send(HttpRequest request, Reach reach) throws IOException, InterruptedException {
        guard.require(request.uri(), reach);
        return client.send(request, HttpResponse.BodyHandlers.ofInputStream());
    }

    /** A short answer, read whole. */
    public record Fetched(int status, HttpHeaders headers, byte[] body) {}

    /**
     * Sends a request and reads the whole answer by the deadline.
     *
     * @throws OutboundRefused if the gateway does not connect there, or the body has more bytes than allowed
     * @throws HttpTimeoutException if it takes too long
     */
    public Fetched fetch(HttpRequest.Builder request, Reach reach, int maxBodyBytes, Deadline deadline)
            throws IOException, InterruptedException {
        Duration left = deadline.remaining();
        if (left.isZero()) {
            throw new HttpTimeoutException("the time was over before the request began");
        }
        HttpResponse<InputStream> response = send(request.timeout(left).build(), reach);
        byte[] body = read(response.body(), maxBodyBytes, deadline);
        return new Fetched(response.statusCode(), response.headers(), body);
    }

    private byte[] read(InputStream body, int maxBytes, Deadline deadline) throws IOException {
        // The client's own time-out ends with the head; a body that never comes is ended by closing it.
        AlarmClock.Alarm tooLate = alarms.after(deadline.remaining(), () -> close(body));
        try {
            byte[] bytes = body.readNBytes(maxBytes + 1);
            if (bytes.length > maxBytes) {
                throw new OutboundRefused("the answer has more than " + maxBytes + " bytes");
            }
            if (!deadline.isPast()) {
                return bytes;
            }
        } catch (IOException broken) {
            if (broken instanceof OutboundRefused || !deadline.isPast()) {
                throw broken;
            }
        } finally {
            tooLate.close();
            close(body);
        }
        throw new HttpTimeoutException("the answer did not end in time");
    }

    private static void close(InputStream body) {
        try {
            body.close();
        } catch (IOException alreadyBroken) {
            LOGGER.debug("an answer was closed by the other side first");
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
