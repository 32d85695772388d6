package dev.portreeve.gateway.dialect;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;

/**
 * An error inside a stream of the Responses dialect: the event that SDKs raise, then the one by which a response fails, which is
 * all that Codex looks at.
 */
record ResponsesFailure(ErrorAnswer error, String requestId) {
    byte[] events() {
        ErrorAnswer.Said said = error.said();
        if (said != null) {
            String type = type(said.body());
            return ErrorAnswer.event("event: " + (type.isEmpty() ? "error" : type) + "\ndata: ", said.body());
        }
        String what =
                "\"code\":" + ErrorAnswer.quoted(error.code()) + ",\"message\":" + ErrorAnswer.quoted(error.message());
        ByteArrayOutputStream events = new ByteArrayOutputStream();
        events.writeBytes(ErrorAnswer.event(
                "event: error\ndata: ",
                bytes("{\"type\":\"error\",\"sequence_number\":0," + what + ",\"param\":" + error.param() + "}")));
        events.writeBytes(ErrorAnswer.event(
                "event: response.failed\ndata: ",
                bytes("{\"type\":\"response.failed\",\"sequence_number\":0,\"response\":{\"id\":"
                        + ErrorAnswer.quoted(requestId)
                        + ",\"object\":\"response\",\"created_at\":0,\"status\":\"failed\",\"error\":{" + what
                        + "},\"incomplete_details\":null,\"output\":[],\"usage\":null}}")));
        return events.toByteArray();
    }

    private static byte[] bytes(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }

    /** What a provider's own event is called. */
    private static String type(byte[] data) {
        try (JsonWalk walk = new JsonWalk(data)) {
            if (walk.next() == JsonToken.START_OBJECT) {
                while (walk.member()) {
                    if (walk.name().equals("type") && walk.is(JsonToken.VALUE_STRING)) {
                        return walk.string().matches("[a-z_.]{1,60}") ? walk.string() : "";
                    }
                    walk.skipQuickly();
                }
            }
        } catch (JacksonException malformed) {
            return "";
        }
        return "";
    }
}
