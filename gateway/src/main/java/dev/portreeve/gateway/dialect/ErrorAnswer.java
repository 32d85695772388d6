package dev.portreeve.gateway.dialect;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An ending that is no answer, and how each dialect says it.
 *
 * @param type OpenAI's word for the class of error
 * @param code the word for programs
 * @param param the member at fault, as JSON, or {@code null} as JSON
 * @param retry whether trying again may help; false becomes {@code x-should-retry: false}, which the vendors' SDKs obey
 * @param headers further headers, such as {@code retry-after}
 * @param said a provider's own error, which is passed on instead, or {@code null}
 */
public record ErrorAnswer(
        int status,
        String type,
        String code,
        String param,
        boolean retry,
        String message,
        Map<String, String> headers,
        @Nullable Said said) {
    private static final String JSON = "application/json";

    /** What a provider said, in the caller's dialect. */
    public record Said(String contentType, byte[] body) {}

    static ErrorAnswer of(int status, String type, String code, boolean retry, String message) {
        return of(status, type, code, "null", retry, message);
    }

    static ErrorAnswer of(int status, String type, String code, String param, boolean retry, String message) {
        return new ErrorAnswer(status, type, code, param, retry, message, Map.of(), null);
    }

    ErrorAnswer with(Map<String, String> more) {
        return new ErrorAnswer(status, type, code, param, retry, message, more, said);
    }

    public String contentType() {
        return said == null ? JSON : said.contentType();
    }

    /**
     * The error as a whole answer.
     *
     * @param requestId goes where the dialect has a place for it
     */
    public byte[] body(Dialect dialect, String requestId) {
        if (said != null) {
            return said.body();
        }
        String json = switch (dialect) {
            case OPENAI_CHAT, OPENAI_RESPONSES, BEDROCK_CONVERSE, COHERE_CHAT ->
                "{\"error\":{\"message\":" + quoted(message) + ",\"type\":" + quoted(type) + ",\"param\":" + param
                        + ",\"code\":" + quoted(code) + "}}";
            case ANTHROPIC_MESSAGES ->
                "{\"type\":\"error\",\"error\":{\"type\":" + quoted(anthropicType()) + ",\"message\":"
                        + quoted(located()) + "},\"request_id\":" + quoted(requestId) + "}";
            case GEMINI -> new GeminiError(this).json();
        };
        return json.getBytes(StandardCharsets.UTF_8);
    }

    /** The message with the member at fault before it, for dialects that have no other place to say that. */
    String located() {
        if (param.equals("null")) {
            return message;
        }
        String member = param.substring(1, param.length() - 1);
        return message.contains(member) ? message : member + ": " + message;
    }

    private String anthropicType() {
        return switch (status) {
            case 401 -> "authentication_error";
            case 403 -> "permission_error";
            case 404 -> "not_found_error";
            case 413 -> "request_too_large";
            case 429 -> code.equals("insufficient_quota") ? "billing_error" : "rate_limit_error";
            case 504 -> "timeout_error";
            case 529 -> "overloaded_error";
            default -> status >= 500 ? "api_error" : "invalid_request_error";
        };
    }

    /** The same error as an event, for a stream that has begun. */
    public byte[] event(Dialect dialect, String requestId) {
        return switch (dialect) {
            case OPENAI_CHAT, GEMINI, BEDROCK_CONVERSE, COHERE_CHAT -> event("data: ", body(dialect, requestId));
            case ANTHROPIC_MESSAGES -> event("event: error\ndata: ", body(dialect, requestId));
            case OPENAI_RESPONSES -> new ResponsesFailure(this, requestId).events();
        };
    }

    static byte[] event(String prefix, byte[] body) {
        byte[] head = prefix.getBytes(StandardCharsets.US_ASCII);
        byte[] event = new byte[head.length + body.length + 2];
        System.arraycopy(head, 0, event, 0, head.length);
        for (int i = 0; i < body.length; i++) {
            // A provider's own error may be laid out in lines, which would end the event; in JSON a space does as well.
            byte b = body[i];
            event[head.length + i] = b == '\n' || b == '\r' ? (byte) ' ' : b;
        }
        event[event.length - 2] = '\n';
        event[event.length - 1] = '\n';
        return event;
    }

    static String quoted(String text) {
        return new String(Splice.quoted(text), StandardCharsets.UTF_8);
    }
}
