package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.BadRequest;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * Reads a request's body whole, within a bound of its own: the server's bound closes the connection without a word. What is
 * over the bound is read and thrown away up to a second bound, because a client that is still writing reads no answer.
 */
final class RequestBody {
    private static final int FIRST_SIZE = 8 * 1024;
    private static final int DISCARD_SIZE = 16 * 1024;
    private static final long MAX_DISCARDED = 64L * 1024 * 1024;

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

    /** @throws BadRequest 413 above {@code limit} bytes */
    static byte[] read(ServerRequest request, int limit) {
        OptionalLong announced = request.headers().contentLength();
        try (InputStream in = request.content().inputStream()) {
            if (announced.isPresent()) {
                return announced.getAsLong() > limit ? tooLarge(in, limit) : exactly(in, (int) announced.getAsLong());
            }
            return request.content().hasEntity() ? chunked(in, limit) : new byte[0];
        } catch (IOException | UncheckedIOException broken) {
            throw new BadRequest(400, "incomplete_body", null, "the body ended before it was complete");
        }
    }

    private static byte[] exactly(InputStream in, int length) throws IOException {
        byte[] body = new byte[length];
        if (in.readNBytes(body, 0, length) < length) {
            throw new BadRequest(400, "incomplete_body", null, "the body is shorter than content-length says");
        }
        return body;
    }

    private static byte[] chunked(InputStream in, int limit) throws IOException {
        byte[] body = new byte[Math.min(FIRST_SIZE, limit + 1)];
        int filled = 0;
        while (true) {
            int read = in.read(body, filled, body.length - filled);
            if (read < 0) {
                return Arrays.copyOf(body, filled);
            }
            filled += read;
            if (filled > limit) {
                return tooLarge(in, limit);
            }
            if (filled == body.length) {
                body = Arrays.copyOf(body, (int) Math.min(limit + 1L, body.length * 2L));
            }
        }
    }

    private static byte[] tooLarge(InputStream in, int limit) throws IOException {
        byte[] waste = new byte[DISCARD_SIZE];
        long discarded = 0;
        int read = in.read(waste);
        while (read >= 0 && discarded < MAX_DISCARDED) {
            discarded += read;
            read = in.read(waste);
        }
        throw new BadRequest(413, "request_too_large", null, "the body is larger than " + limit + " bytes");
    }
}
