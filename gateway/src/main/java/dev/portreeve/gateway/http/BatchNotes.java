package dev.portreeve.gateway.http;

import dev.portreeve.gateway.batch.Batch;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What OpenAI's dialect wants to say of a batch again.
 *
 * @param inputFile the file its requests came in
 * @param model as its caller named it
 * @param metadata the caller's, or {@code null}
 * @param outputLife how long what comes of it is kept
 */
record BatchNotes(String inputFile, String model, @Nullable JsonNode metadata, Duration outputLife) {
    private static final JsonMapper JSON = JsonMapper.shared();

    static BatchNotes of(Batch batch) {
        JsonNode notes = JSON.readTree(batch.notes());
        JsonNode metadata = notes.path("metadata");
        return new BatchNotes(
                notes.path("input_file").asString(""),
                notes.path("model").asString(""),
                metadata.isMissingNode() || metadata.isNull() ? null : metadata,
                Duration.ofSeconds(notes.path("output_life").asLong(0)));
    }

    String json() {
        ObjectNode notes = JSON.createObjectNode()
                .put("input_file", inputFile)
                .put("model", model)
                .put("output_life", outputLife.toSeconds());
        if (metadata != null) {
            notes.set("metadata", metadata);
        }
        return notes.toString();
    }
}
