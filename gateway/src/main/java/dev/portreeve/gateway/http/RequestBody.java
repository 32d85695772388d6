package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.BadRequest;
import dev.portreeve.gateway.dialect.Utf8;
import dev.portreeve.policy.call.Deadline;
import io.helidon.common.buffers.DataReader;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * Reads a request's body whole, within a bound of its own: the server's bound closes the connection without a word. What is
 * over the bound is read and thrown away up to a second bound, because a client that is still writing reads no answer. A
 * client that sends a little now and then is bounded in time; one that sends nothing, by the server.
 */
final class RequestBody {
    private static final int REQUEST_TIMEOUT = 408;
    private static final int TOO_LARGE = 413;

    private static final int FIRST_SIZE = 8 * 1024;
    private static final int DISCARD_SIZE = 16 * 1024;
    private static final long MAX_DISCARDED = 128L * 1024 * 1024;

    private RequestBody() {}

    /** @throws BadRequest 415 for a body that says it is not JSON */
    static void requireJson(ServerRequestHeaders headers) {
        if (!headers.contains(HeaderNames.CONTENT_TYPE)) {
            return;
        }
        String type = headers.get(HeaderNames.CONTENT_TYPE).get();
        String bare = type.contains(";") ? type.substring(0, type.indexOf(';')).strip() : type;
        String lower = bare.toLowerCase(Locale.ROOT);
        if (!lower.equals("application/json") && !lower.endsWith("+json")) {
            throw new BadRequest(
                    415, "unsupported_media_type", null, "content-type must be application/json, not \"" + bare + "\"");
        }
    }

    /** @throws BadRequest 413 above {@code limit} bytes, 408 after {@code atMost} */
    static byte[] read(ServerRequest request, int limit, Duration atMost) {
        OptionalLong announced = request.headers().contentLength();
        try (Timed in = new Timed(request.content().inputStream(), Deadline.in(atMost))) {
            if (announced.isPresent()) {
                if (announced.getAsLong() > limit) {
                    throw tooLarge(in, limit);
                }
                return exactly(in, (int) announced.getAsLong());
            }
            return request.content().hasEntity() ? chunked(in, limit) : new byte[0];
        } catch (IOException | UncheckedIOException | DataReader.InsufficientDataAvailableException left) {
            throw new BadRequest(400, "incomplete_body", null, "the body ended before it was complete");
        }
    }

    /** What to do with a body while it arrives. */
    @FunctionalInterface
    interface Reading<T> {
        /** @throws IOException if the client leaves */
        T read(InputStream in) throws IOException;
    }

    /**
     * Reads a body as it arrives, where it is larger than what is held in memory. What {@code reading} leaves unread is read and
     * thrown away, so that the client hears the answer.
     *
     * @throws BadRequest 413 above {@code limit} bytes, 408 after {@code atMost}; and what {@code reading} throws
     */
    static <T> T stream(ServerRequest request, long limit, Duration atMost, Reading<T> reading) {
        try (Timed in = new Timed(request.content().inputStream(), Deadline.in(atMost))) {
            if (request.headers().contentLength().orElse(0) > limit) {
                throw tooLarge(in, limit);
            }
            return reading.read(in);
        } catch (IOException | UncheckedIOException | DataReader.InsufficientDataAvailableException left) {
            throw new BadRequest(400, "incomplete_body", null, "the body ended before it was complete");
        }
    }

    /** @throws BadRequest 400 for bytes that are no characters: whoever gets them next would each make of them what it likes */
    static byte[] requireText(byte[] body) {
        int wrong = Utf8.firstWrong(body);
        if (wrong >= 0) {
            throw new BadRequest(400, "invalid_json", null, "the body is not valid utf-8 at byte " + wrong);
        }
        return body;
    }

    /**
     * Ends the connection if the rest of the body was not waited for, after the refusal was sent: the server would take what
     * comes of it for the next request.
     *
     * @throws CloseConnectionException if so
     */
    static void closeUnread(BadRequest refused) {
        if (refused.status() == REQUEST_TIMEOUT || refused.status() == TOO_LARGE) {
            throw new CloseConnectionException("the body was not read to its end");
        }
    }

    /** Ends with the deadline, however little is left to read. */
    private static final class Timed extends FilterInputStream {
        private final Deadline deadline;
        private boolean late;

        Timed(InputStream in, Deadline deadline) {
            super(in);
            this.deadline = deadline;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int read = super.read(into, offset, length);
            if (read >= 0 && deadline.isPast()) {
                late = true;
                throw new BadRequest(REQUEST_TIMEOUT, "body_timeout", null, "the body took too long to arrive");
            }
            return read;
        }

        @Override
        public void close() throws IOException {
            // The server's own stream would first read whatever is still to come.
            if (!late) {
                super.close();
            }
        }
    }

    private static byte[] exactly(InputStream in, int length) throws IOException {
        byte[] body = new byte[length];
        if (in.readNBytes(body, 0, length) < length) {
            throw new BadRequest(400, "incomplete_body", null, "the body is shorter than content-length says");
        }
        return body;
    }

    private static byte[] chunked(Timed in, int limit) throws IOException {
        byte[] body = new byte[Math.min(FIRST_SIZE, limit + 1)];
        int filled = 0;
        while (true) {
            int read = in.read(body, filled, body.length - filled);
            if (read < 0) {
                return Arrays.copyOf(body, filled);
            }
            filled += read;
            if (filled > limit) {
                throw tooLarge(in, limit);
            }
            if (filled == body.length) {
                body = Arrays.copyOf(body, (int) Math.min(limit + 1L, body.length * 2L));
            }
        }
    }

    private static BadRequest tooLarge(Timed in, long limit) throws IOException {
        byte[] waste = new byte[DISCARD_SIZE];
        long discarded = 0;
        int read = in.read(waste);
        while (read >= 0 && discarded < MAX_DISCARDED) {
            discarded += read;
            read = in.read(waste);
        }
        // The rest must not be taken for a request, so the connection ends with the refusal.
        in.late |= discarded >= MAX_DISCARDED;
        return new BadRequest(TOO_LARGE, "request_too_large", null, "the body is larger than " + limit + " bytes");
    }
}
