package dev.portreeve.gateway.dialect;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;

/**
 * One line of a file in which OpenAI says what became of a batch.
 *
 * @param customId as whoever made the batch calls the request
 * @param status of the response, or 0 where there is none
 * @param body the very bytes of the response's body, or, where there is none, of the error; empty where there is neither
 * @param errorCode of a request that was not made, or {@code null}
 */
public record BatchResultLine(
        String customId, int status, byte[] body, @Nullable String errorCode) {
    private static final byte[] NOTHING = new byte[0];

    /** @throws UnreadableAnswer for a line that is no such thing */
    public static BatchResultLine read(byte[] line) {
        Members members = new Members();
        try (JsonWalk walk = new JsonWalk(line)) {
            if (walk.next() != JsonToken.START_OBJECT) {
                throw new UnreadableAnswer("a line of a batch's results is no object");
            }
            while (walk.member()) {
                members.read(walk);
            }
        } catch (JacksonException broken) {
            throw new UnreadableAnswer("a line of a batch's results is not valid json");
        }
        if (members.customId == null) {
            throw new UnreadableAnswer("a line of a batch's results has no custom_id");
        }
        Span told = members.body == null ? members.error : members.body;
        byte[] body = told == null ? NOTHING : Arrays.copyOfRange(line, told.start(), told.end());
        return new BatchResultLine(members.customId, members.status, body, members.code);
    }

    /**
     * The line of a request that was answered, whatever with; with its end.
     *
     * @param body the response's body, as JSON
     */
    public static byte[] answered(String id, String customId, int status, byte[] body) {
        return line(
                id,
                customId,
                "{\"status_code\":" + status + ",\"request_id\":" + ErrorAnswer.quoted(id) + ",\"body\":",
                body,
                "},\"error\":null}\n");
    }

    /**
     * The line of a request that was not answered; with its end.
     *
     * @param error as JSON; empty if there is none
     */
    public static byte[] failed(String id, String customId, byte[] error) {
        return line(id, customId, "null,\"error\":", error, "}\n");
    }

    /** The same in words. */
    public static byte[] failed(String id, String customId, String code, String message) {
        String error = "{\"code\":" + ErrorAnswer.quoted(code) + ",\"message\":" + ErrorAnswer.quoted(message) + "}";
        return failed(id, customId, error.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] line(String id, String customId, String before, byte[] json, String after) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(json.length + 256);
        String head = "{\"id\":" + ErrorAnswer.quoted(id) + ",\"custom_id\":" + ErrorAnswer.quoted(customId)
                + ",\"response\":" + before;
        out.writeBytes(head.getBytes(StandardCharsets.UTF_8));
        if (json.length == 0) {
            out.writeBytes(new byte[] {'n', 'u', 'l', 'l'});
        }
        for (byte each : json) {
            // Laid out in lines it would be several; in JSON a space does as well.
            out.write(each == '\n' || each == '\r' ? ' ' : each);
        }
        out.writeBytes(after.getBytes(StandardCharsets.UTF_8));
        return out.toByteArray();
    }

    private static final class Members {
        private @Nullable String customId;
        private int status;
        private @Nullable Span body;
        private @Nullable Span error;
        private @Nullable String code;

        void read(JsonWalk walk) {
            switch (walk.name()) {
                case "custom_id" -> customId = walk.is(JsonToken.VALUE_STRING) ? walk.string() : null;
                case "response" -> response(walk);
                case "error" -> error(walk);
                default -> walk.skipQuickly();
            }
        }

        private void response(JsonWalk walk) {
            if (!walk.is(JsonToken.START_OBJECT)) {
                walk.skipQuickly();
                return;
            }
            while (walk.member()) {
                switch (walk.name()) {
                    case "status_code" -> status = (int) Math.min(999, walk.count(0));
                    case "body" -> body = walk.skip();
                    default -> walk.skipQuickly();
                }
            }
        }

        private void error(JsonWalk walk) {
            if (!walk.is(JsonToken.START_OBJECT)) {
                walk.skipQuickly();
                return;
            }
            int start = walk.start();
            code = "";
            while (walk.member()) {
                if (walk.name().equals("code") && walk.is(JsonToken.VALUE_STRING)) {
                    code = walk.string();
                } else {
                    walk.skipQuickly();
                }
            }
            error = new Span(start, walk.position());
        }
    }
}
