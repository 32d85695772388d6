package dev.portreeve.gateway.http;

import dev.portreeve.gateway.batch.Batch;
import dev.portreeve.gateway.batch.Batches;
import dev.portreeve.gateway.batch.EndedItem;
import dev.portreeve.gateway.dialect.BatchResultLine;
import dev.portreeve.gateway.file.IncomingFile;
import dev.portreeve.gateway.file.StoredFile;
import dev.portreeve.gateway.file.StoredFile.Purpose;
import dev.portreeve.gateway.file.StoredFiles;
import dev.portreeve.gateway.file.StoredFiles.Once;
import dev.portreeve.gateway.model.BatchPlace.End;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The files in which OpenAI's dialect tells what became of a batch: made once, of items that are settled and recorded, when somebody looks at the
 * batch first. Their ids follow from the batch's, so whoever looks next finds them. Thread-safe; blocks for the database.
 */
final class BatchOutputs {
    private static final int PAGE = 100;

    private final Batches batches;
    private final StoredFiles files;
    private final InstantSource clock;

    BatchOutputs(Batches batches, StoredFiles files, InstantSource clock) {
        this.batches = batches;
        this.files = files;
        this.clock = clock;
    }

    /**
     * What there is of a batch.
     *
     * @param output what succeeded; {@code null} if nothing did, or the batch is not over
     * @param error the rest; {@code null} if there is none, or the batch is not over
     * @param ready whether both are there, or were
     */
    record Outputs(@Nullable String output, @Nullable String error, boolean ready) {
        static final Outputs NONE = new Outputs(null, null, true);
    }

    /** @param counts of the batch's items by their ends */
    Outputs of(Batch batch, Map<End, Integer> counts) {
        if (!batch.state().isOver()) {
            return Outputs.NONE;
        }
        int succeeded = counts.getOrDefault(End.SUCCEEDED, 0);
        int others = counts.values().stream().mapToInt(Integer::intValue).sum() - succeeded;
        boolean first = succeeded == 0 || isThere(batch, true);
        boolean second = others == 0 || isThere(batch, false);
        return first && second
                ? new Outputs(succeeded == 0 ? null : id(batch, true), others == 0 ? null : id(batch, false), true)
                : new Outputs(null, null, false);
    }

    private static String id(Batch batch, boolean succeeded) {
        UUID id = batch.id();
        UUID own = succeeded ? id : new UUID(id.getMostSignificantBits(), id.getLeastSignificantBits() ^ 1);
        return "file-" + own.toString().replace("-", "");
    }

    /** Whether it is there, or was. */
    private boolean isThere(Batch batch, boolean succeeded) {
        String tenant = batch.owner().tenant();
        String member = batch.owner().member();
        String id = id(batch, succeeded);
        Instant settled = batch.settledAt() == null ? batch.expiresAt() : batch.settledAt();
        Duration left = Duration.between(
                clock.instant(), settled.plus(BatchNotes.of(batch).outputLife()));
        if (left.isNegative() || left.isZero()) {
            return true;
        }
        return switch (files.beginOnce(tenant, member, Purpose.BATCH_OUTPUT, id)) {
            case Once.Before ignored -> true;
            case Once.Underway ignored -> false;
            case Once.First(IncomingFile file) -> {
                try (file) {
                    StoredFile unused = write(batch, succeeded, file, left);
                }
                yield true;
            }
        };
    }

    private StoredFile write(Batch batch, boolean succeeded, IncomingFile file, Duration left) {
        long lines = 0;
        int last = -1;
        List<EndedItem> page = batches.ended(batch, last, PAGE);
        while (!page.isEmpty()) {
            for (EndedItem item : page) {
                if ((item.end() == End.SUCCEEDED) == succeeded) {
                    byte[] line = line(batch, item);
                    file.write(line, 0, line.length);
                    lines++;
                }
            }
            last = page.getLast().ordinal();
            page = batches.ended(batch, last, PAGE);
        }
        String name = batch.name() + (succeeded ? "_output.jsonl" : "_error.jsonl");
        return file.keep(name, lines, left);
    }

    private static byte[] line(Batch batch, EndedItem item) {
        String id = "batch_req_" + batch.id().toString().replace("-", "") + "_" + item.ordinal();
        return switch (item.end()) {
            case SUCCEEDED, ERRORED ->
                item.status() == 0
                        ? BatchResultLine.failed(id, item.customId(), item.body())
                        : BatchResultLine.answered(id, item.customId(), item.status(), item.body());
            case CANCELED ->
                BatchResultLine.failed(
                        id,
                        item.customId(),
                        "batch_cancelled",
                        "the batch was cancelled before this request's turn came");
            case EXPIRED ->
                BatchResultLine.failed(
                        id,
                        item.customId(),
                        "batch_expired",
                        "the batch's time was over before this request's turn came");
        };
    }
}
