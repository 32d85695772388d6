package dev.portreeve.hub.outbound;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/**
 * What stands before the body of an answer (RFC 9112, sections 2 to 6). Read strictly: two lengths that differ, a folded
 * line or a name with a blank in it are no answer, since the next reader might see something else in them.
 */
final class AnswerHead {
    private static final int MAX_BYTES = 64 * 1024;
    private static final int MAX_INTERIM = 8;
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;
    private static final int FIRST_FINAL = 200;
    private static final int SWITCHING = 101;

    private final int status;
    private final boolean keepsConnection;
    private final TreeMap<String, List<String>> headers;

    private AnswerHead(int status, boolean modern, TreeMap<String, List<String>> headers) {
        this.status = status;
        this.headers = headers;
        this.keepsConnection = modern && all("Connection").stream().noneMatch(value -> has(value, "close"));
    }

    /** Reads the head of the final answer; those before it (1xx) are passed over. */
    static AnswerHead read(Connection connection) throws IOException {
        Lines lines = new Lines(connection);
        for (int interim = 0; interim <= MAX_INTERIM; interim++) {
            AnswerHead head = one(lines);
            if (head.status >= FIRST_FINAL) {
                return head;
            }
            if (head.status == SWITCHING) {
                break;
            }
        }
        throw new IOException("the server does not come to an answer");
    }

    private static AnswerHead one(Lines lines) throws IOException {
        String first = lines.next();
        boolean modern = first.startsWith("HTTP/1.1 ");
        if (!modern && !first.startsWith("HTTP/1.0 ")) {
            throw new IOException("what the server says is not HTTP/1.1");
        }
        int status = number(first.substring(9, Math.min(first.length(), 12)), 10);
        boolean ends = first.length() == 12 || (first.length() > 12 && first.charAt(12) == ' ');
        if (status < 100 || !ends) {
            throw new IOException("the answer has no status");
        }
        TreeMap<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String line = lines.next(); !line.isEmpty(); line = lines.next()) {
            int colon = line.indexOf(':');
            if (colon <= 0 || line.charAt(0) <= ' ' || line.charAt(colon - 1) <= ' ') {
                throw new IOException("the answer has a header without a name");
            }
            headers.computeIfAbsent(line.substring(0, colon), any -> new ArrayList<>(1))
                    .add(line.substring(colon + 1).strip());
        }
        return new AnswerHead(status, modern, headers);
    }

    int status() {
        return status;
    }

    /** Whether the connection may be used again once the body is read. */
    boolean keepsConnection() {
        return keepsConnection;
    }

    List<String> all(String name) {
        return headers.getOrDefault(name, List.of());
    }

    /** How the body ends. */
    Framing framing() throws IOException {
        if (status == NO_CONTENT || status == NOT_MODIFIED) {
            return Framing.length(0);
        }
        List<String> codings = all("Transfer-Encoding");
        if (!codings.isEmpty()) {
            // With both, the length is a lie of one side or an attack on the next request; neither stays possible.
            if (codings.size() > 1
                    || !codings.getFirst().equalsIgnoreCase("chunked")
                    || headers.containsKey("Content-Length")) {
                throw new IOException("how the answer is sent is not clear");
            }
            return Framing.CHUNKED;
        }
        List<String> lengths = all("Content-Length").stream().distinct().toList();
        if (lengths.size() > 1) {
            throw new IOException("the answer has two lengths");
        }
        return lengths.isEmpty() ? Framing.UNTIL_CLOSED : Framing.length(length(lengths.getFirst()));
    }

    private static long length(String text) throws IOException {
        if (text.isEmpty() || text.length() > 18 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new IOException("the answer's length is no number");
        }
        return Long.parseLong(text);
    }

    static int number(String text, int radix) throws IOException {
        try {
            int number = Integer.parseInt(text, radix);
            if (number >= 0 && text.charAt(0) != '+' && text.charAt(0) != '-') {
                return number;
            }
        } catch (NumberFormatException notOne) {
            // Said below.
        }
        throw new IOException("a number in the answer is none");
    }

    private static boolean has(String list, String wanted) {
        for (String item : list.toLowerCase(Locale.ROOT).split(",")) {
            if (item.strip().equals(wanted)) {
                return true;
            }
        }
        return false;
    }

    /** Lines of a head or of what stands between chunks, bounded altogether. */
    static final class Lines {
        private final Connection connection;
        private int left = MAX_BYTES;

        Lines(Connection connection) {
            this.connection = connection;
        }

        String next() throws IOException {
            byte[] line = new byte[128];
            int length = 0;
            for (int c = connection.read(); c != '\n'; c = connection.read()) {
                if (c < 0) {
                    throw new EOFException("the connection was closed before the answer was there");
                }
                if (--left < 0) {
                    throw new IOException("the answer's head has more than " + MAX_BYTES + " bytes");
                }
                if (length == line.length) {
                    line = Arrays.copyOf(line, length * 2);
                }
                line[length++] = (byte) c;
            }
            if (length == 0 || line[length - 1] != '\r') {
                throw new IOException("a line of the answer's head does not end");
            }
            return new String(line, 0, length - 1, StandardCharsets.ISO_8859_1);
        }
    }
}
