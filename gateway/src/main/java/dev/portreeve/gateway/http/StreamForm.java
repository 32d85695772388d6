package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.AnswerHead;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.EventScan;
import io.helidon.webserver.http.ServerRequest;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * The form in which a stream's events leave: as they are, or, for callers of Gemini's dialect who did not ask for events, as the
 * elements of one JSON array, which is written as they come. For one answer, under its output's lock.
 */
final class StreamForm {
    private static final byte[] COMMENT = bytes(": waiting\n\n");
    /** Some of Google's clients take every line that is not empty for data. */
    private static final byte[] EMPTY_LINE = bytes("\n");

    private final Dialect dialect;
    private final boolean array;
    private boolean begun;

    private StreamForm(Dialect dialect, boolean array) {
        this.dialect = dialect;
        this.array = array;
    }

    static StreamForm of(Dialect dialect, ServerRequest request) {
        boolean events =
                request.query().contains("alt") && request.query().get("alt").equalsIgnoreCase("sse");
        return new StreamForm(dialect, dialect == Dialect.GEMINI && !events);
    }

    String contentType(AnswerHead head) {
        return array ? "application/json; charset=UTF-8" : head.contentType();
    }

    /** What is written when there has been nothing to write for a while. */
    byte[] silence() {
        return dialect == Dialect.GEMINI ? EMPTY_LINE : COMMENT;
    }

    byte[] frame(byte[] events) {
        if (!array) {
            return events;
        }
        ByteArrayOutputStream elements = new ByteArrayOutputStream(events.length + 2);
        EventScan scan = new EventScan(events, 0, events.length);
        while (scan.next()) {
            if (scan.hasData()) {
                elements.writeBytes(bytes(begun ? ",\r\n" : "["));
                elements.write(events, scan.dataStart(), scan.dataEnd() - scan.dataStart());
                begun = true;
            }
        }
        return elements.toByteArray();
    }

    /** What stands behind the last element. */
    byte[] end() {
        return array ? bytes(begun ? "]" : "[]") : new byte[0];
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
