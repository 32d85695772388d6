package dev.portreeve.gateway.http;

import dev.portreeve.gateway.batch.Batch;
import dev.portreeve.gateway.batch.BatchDesk;
import dev.portreeve.gateway.batch.Batches;
import dev.portreeve.gateway.model.BatchPlace.End;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** How OpenAI's interface draws batches. Thread-safe; asks the database how many items of each ended how. */
final class BatchForm {
    private static final JsonMapper JSON = new JsonMapper();

    private final Batches batches;
    private final BatchOutputs outputs;

    BatchForm(Batches batches, BatchOutputs outputs) {
        this.batches = batches;
        this.outputs = outputs;
    }

    byte[] one(Batch batch) {
        return JSON.writeValueAsBytes(drawn(batch));
    }

    byte[] page(List<Batch> page, boolean more) {
        ObjectNode answer = JSON.createObjectNode().put("object", "list");
        ArrayNode data = answer.putArray("data");
        page.forEach(batch -> data.add(drawn(batch)));
        answer.put("first_id", page.isEmpty() ? null : page.getFirst().name());
        answer.put("last_id", page.isEmpty() ? null : page.getLast().name());
        return JSON.writeValueAsBytes(answer.put("has_more", more));
    }

    ObjectNode drawn(Batch batch) {
        Map<End, Integer> counts = batches.counts(batch);
        BatchOutputs.Outputs files = outputs.of(batch, counts);
        BatchNotes notes = BatchNotes.of(batch);
        String status = status(batch, counts, files);
        ObjectNode drawn = JSON.createObjectNode()
                .put("id", batch.name())
                .put("object", "batch")
                .put(
                        "endpoint",
                        BatchWish.Path.of(batch.dialect(), batch.operation()).url())
                .put("model", notes.model());
        drawn.set("errors", errors(batch));
        drawn.put("input_file_id", notes.inputFile())
                .put("completion_window", "24h")
                .put("status", status)
                .put("output_file_id", files.output())
                .put("error_file_id", files.error());
        times(drawn, batch, status);
        int succeeded = counts.getOrDefault(End.SUCCEEDED, 0);
        int ended = counts.values().stream().mapToInt(Integer::intValue).sum();
        drawn.putObject("request_counts")
                .put("total", batch.items())
                .put("completed", succeeded)
                .put("failed", ended - succeeded);
        drawn.set("metadata", notes.metadata() == null ? JSON.nullNode() : notes.metadata());
        return drawn;
    }

    private static String status(Batch batch, Map<End, Integer> counts, BatchOutputs.Outputs files) {
        return switch (batch.state()) {
            case PREPARING, SENDING -> "validating";
            case RUNNING -> batch.cancelAskedAt() == null ? "in_progress" : "cancelling";
            case LOST -> "failed";
            case SETTLED -> files.ready() ? over(batch, counts) : "finalizing";
        };
    }

    private static String over(Batch batch, Map<End, Integer> counts) {
        if (batch.cancelAskedAt() != null && counts.getOrDefault(End.CANCELED, 0) > 0) {
            return "cancelled";
        }
        return counts.getOrDefault(End.EXPIRED, 0) > 0 ? "expired" : "completed";
    }

    private static JsonNode errors(Batch batch) {
        if (batch.state() != Batch.State.LOST) {
            return JSON.nullNode();
        }
        ObjectNode errors = JSON.createObjectNode().put("object", "list");
        errors.putArray("data")
                .addObject()
                .put("code", "batch_lost")
                .put("message", "it is not known what became of this batch, which is charged as held")
                .putNull("param")
                .putNull("line");
        return errors;
    }

    private static void times(ObjectNode drawn, Batch batch, String status) {
        Instant over = batch.settledAt();
        put(drawn, "created_at", batch.createdAt());
        put(drawn, "in_progress_at", status.equals("validating") ? null : batch.createdAt());
        put(drawn, "expires_at", batch.createdAt().plus(BatchDesk.WINDOW));
        put(drawn, "finalizing_at", over);
        put(drawn, "completed_at", status.equals("completed") ? over : null);
        put(drawn, "failed_at", status.equals("failed") ? batch.expiresAt() : null);
        put(drawn, "expired_at", status.equals("expired") ? over : null);
        put(drawn, "cancelling_at", batch.cancelAskedAt());
        put(drawn, "cancelled_at", status.equals("cancelled") ? over : null);
    }

    private static void put(ObjectNode drawn, String name, @Nullable Instant at) {
        if (at == null) {
            drawn.putNull(name);
        } else {
            drawn.put(name, at.getEpochSecond());
        }
    }
}
