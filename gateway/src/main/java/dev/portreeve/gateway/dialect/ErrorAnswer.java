package dev.portreeve.gateway.dialect;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * An error as the OpenAI dialect says it.
 *
 * @param code the word for programs
 * @param retry whether trying again may help; false becomes {@code x-should-retry: false}, which the vendors' SDKs obey
 * @param headers further headers, such as {@code retry-after}
 */
public record ErrorAnswer(
        int status, String code, boolean retry, String contentType, Map<String, String> headers, byte[] body) {
    private static final String JSON = "application/json";

    static ErrorAnswer of(int status, String type, String code, boolean retry, String message) {
        return of(status, type, code, "null", retry, message);
    }

    /** @param param the member at fault as JSON, or {@code null} as JSON */
    static ErrorAnswer of(int status, String type, String code, String param, boolean retry, String message) {
        String json = "{\"error\":{\"message\":" + quoted(message) + ",\"type\":" + quoted(type) + ",\"param\":" + param
                + ",\"code\":" + quoted(code) + "}}";
        return new ErrorAnswer(status, code, retry, JSON, Map.of(), json.getBytes(StandardCharsets.UTF_8));
    }

    ErrorAnswer with(Map<String, String> more) {
        return new ErrorAnswer(status, code, retry, contentType, more, body);
    }

    /** The same error as an event, for a stream that has begun. */
    public byte[] event() {
        byte[] prefix = {'d', 'a', 't', 'a', ':', ' '};
        byte[] event = new byte[prefix.length + body.length + 2];
        System.arraycopy(prefix, 0, event, 0, prefix.length);
        for (int i = 0; i < body.length; i++) {
            // A provider's own error may be laid out in lines, which would end the event; in JSON a space does as well.
            byte b = body[i];
            event[prefix.length + i] = b == '\n' || b == '\r' ? (byte) ' ' : b;
        }
        event[event.length - 2] = '\n';
        event[event.length - 1] = '\n';
        return event;
    }

    static String quoted(String text) {
        return new String(Splice.quoted(text), StandardCharsets.UTF_8);
    }
}
