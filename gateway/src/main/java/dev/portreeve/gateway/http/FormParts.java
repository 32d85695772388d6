package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.BadRequest;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a form with files (RFC 7578), one after another, as they arrive: at most a buffer of the body is in memory. For one
 * thread; reading blocks for the client.
 */
final class FormParts {
    private static final String TYPE = "multipart/form-data";
    private static final int BUFFER_BYTES = 32 * 1024;
    private static final int MAX_HEADER_BYTES = 8 * 1024;
    private static final int MAX_BOUNDARY = 70;
    private static final int MAX_PARTS = 32;
    private static final byte[] LINE_END = {'\r', '\n'};
    private static final byte[] HEADERS_END = {'\r', '\n', '\r', '\n'};

    private final InputStream in;
    private final byte[] delimiter;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int from;
    private int to;
    private int parts;
    private boolean over;

    private FormParts(InputStream in, String boundary) {
        this.in = in;
        this.delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.US_ASCII);
        // The first delimiter begins a line without ending one.
        System.arraycopy(LINE_END, 0, buffer, 0, LINE_END.length);
        this.to = LINE_END.length;
    }

    /** @throws BadRequest 415 for a body that says it is no form with files */
    static FormParts of(ServerRequestHeaders headers, InputStream in) {
        String type = headers.contains(HeaderNames.CONTENT_TYPE)
                ? headers.get(HeaderNames.CONTENT_TYPE).get()
                : "";
        String boundary = FormHeader.parameter(type, "boundary");
        boolean form = FormHeader.value(type).toLowerCase(Locale.ROOT).equals(TYPE);
        if (!form || boundary == null || boundary.isEmpty() || boundary.length() > MAX_BOUNDARY) {
            throw new BadRequest(
                    415, "unsupported_media_type", null, "content-type must be " + TYPE + " with its boundary");
        }
        return new FormParts(in, boundary);
    }

    /**
     * One part.
     *
     * @param name of its field
     * @param fileName {@code null} for a field that is no file
     * @param content ends with the part; of use until the next part is asked for
     */
    record Part(String name, @Nullable String fileName, InputStream content) {
        /** The content of a short field. */
        String text(int atMost) throws IOException {
            byte[] bytes = content.readNBytes(atMost + 1);
            if (bytes.length > atMost) {
                throw new BadRequest(
                        400, "invalid_value", name, "\"" + shown() + "\" is longer than " + atMost + " bytes");
            }
            return new String(bytes, StandardCharsets.UTF_8).strip();
        }

        /** Its name, safe to say. */
        String shown() {
            return FormHeader.shown(name);
        }
    }

    /**
     * The next part, or {@code null} after the last one; what was not read of the part before is skipped.
     *
     * @throws BadRequest for a form that is none
     * @throws IOException if the client leaves
     */
    @Nullable
    Part next() throws IOException {
        if (over) {
            return null;
        }
        new Content().skipAll();
        from += delimiter.length;
        require(2);
        if (buffer[from] == '-' && buffer[from + 1] == '-') {
            over = true;
            return null;
        }
        if (++parts > MAX_PARTS) {
            throw invalid("the form has more than " + MAX_PARTS + " parts");
        }
        String headers = headers();
        String disposition = FormHeader.find(headers, "content-disposition");
        String name = disposition == null ? null : FormHeader.parameter(disposition, "name");
        if (disposition == null || name == null) {
            throw invalid("part " + parts + " of the form has no name");
        }
        return new Part(name, FormHeader.parameter(disposition, "filename"), new Content());
    }

    /** From the end of the delimiter's line to the blank line; a part without headers has that at once. */
    private String headers() throws IOException {
        int end = find(HEADERS_END);
        while (end < 0) {
            if (to - from > MAX_HEADER_BYTES) {
                throw invalid("the headers of part " + (parts) + " of the form do not end within " + MAX_HEADER_BYTES
                        + " bytes");
            }
            require(to - from + 1);
            end = find(HEADERS_END);
        }
        String headers = new String(buffer, from, end - from, StandardCharsets.UTF_8);
        // Its last line end may be the one that the delimiter begins with.
        from = end + LINE_END.length;
        return headers;
    }

    private int find(byte[] what) {
        for (int at = from; at <= to - what.length; at++) {
            int same = 0;
            while (same < what.length && buffer[at + same] == what[same]) {
                same++;
            }
            if (same == what.length) {
                return at;
            }
        }
        return -1;
    }

    /** Has so many bytes in the buffer, from where it is read on. */
    private void require(int bytes) throws IOException {
        while (to - from < bytes) {
            if (from > 0) {
                System.arraycopy(buffer, from, buffer, 0, to - from);
                to -= from;
                from = 0;
            }
            int read = in.read(buffer, to, buffer.length - to);
            if (read < 0) {
                throw new BadRequest(
                        400, "incomplete_body", null, "the body ended before the form's last boundary: send it again");
            }
            to += read;
        }
    }

    private static BadRequest invalid(String message) {
        return new BadRequest(400, "invalid_form", null, message);
    }

    /** What stands until the next delimiter. */
    private final class Content extends InputStream {
        private boolean ended;
        private boolean begun;

        void skipAll() throws IOException {
            byte[] waste = new byte[BUFFER_BYTES];
            // The very first delimiter, and that after an empty part, may stand where the reading is.
            begun = true;
            while (read(waste, 0, waste.length) >= 0) {
                continue;
            }
        }

        private void begin() throws IOException {
            if (!begun) {
                begun = true;
                require(delimiter.length);
                if (find(delimiter) != from) {
                    // Not empty, so the line end belongs to the headers.
                    from += LINE_END.length;
                }
            }
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (ended || length == 0) {
                return ended ? -1 : 0;
            }
            begin();
            while (true) {
                int end = find(delimiter);
                if (end == from) {
                    ended = true;
                    return -1;
                }
                int sure = end < 0 ? to - from - delimiter.length + 1 : end - from;
                if (sure > 0) {
                    int read = Math.min(length, sure);
                    System.arraycopy(buffer, from, into, offset, read);
                    from += read;
                    return read;
                }
                require(delimiter.length + 1);
            }
        }
    }
}
