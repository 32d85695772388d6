package dev.portreeve.gateway.turn;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a response says of itself beside its output, where the gateway makes one of another dialect's answer.
 *
 * @param id by which the gateway keeps it, or {@code null} for one that is not kept
 * @param background whether it is made while nobody waits
 * @param previous the response it goes on from
 * @param metadata the caller's own, as JSON
 */
public record ResponseFrame(
        @Nullable String id,
        boolean background,
        @Nullable String previous,
        @Nullable String metadata) {
    /** Of a response that is not kept. */
    public static final ResponseFrame NONE = new ResponseFrame(null, false, null, null);

    /** @param others the id that the provider gave its answer */
    String idFor(String others) {
        return id == null ? ResponsesAnswers.id(others) : id;
    }

    void write(ObjectNode response) {
        response.put("store", id != null).put("background", background).put("previous_response_id", previous);
        if (metadata != null) {
            try {
                response.set("metadata", Json.objectIn(metadata));
            } catch (JacksonException notJson) {
                throw new IllegalStateException("metadata was read as json before", notJson);
            }
        }
    }
}
