package dev.portreeve.audit.lag;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How far indexes, signatures and search are, at one moment.
 *
 * @param logs each tenant's
 * @param unindexed durable records that have no index yet
 * @param unsearched durable records that cannot be searched yet
 */
public record LogLag(List<Log> logs, Behind unindexed, Behind unsearched) {
    public LogLag {
        logs = List.copyOf(logs);
    }

    /**
     * One tenant's log.
     *
     * @param size records that have their index
     * @param signed how many of them the newest signed head covers
     * @param signedAt when that was stored; {@code null} if there is none
     * @param oldestUnsigned when the first record after it happened; {@code null} if all are signed
     */
    public record Log(
            String tenant,
            long size,
            long signed,
            @Nullable Instant signedAt,
            @Nullable Instant oldestUnsigned) {}

    /** Records that no signed head covers, with and without an index. */
    public Behind unsigned() {
        long records = unindexed.records();
        Instant oldest = unindexed.oldest();
        for (Log log : logs) {
            records += log.size() - log.signed();
            Instant since = log.oldestUnsigned();
            oldest = oldest == null || (since != null && since.isBefore(oldest)) ? since : oldest;
        }
        return new Behind(records, oldest);
    }

    /** When the newest head of any log was signed. */
    public @Nullable Instant lastSigned() {
        return logs.stream()
                .map(Log::signedAt)
                .filter(Objects::nonNull)
                .max(Instant::compareTo)
                .orElse(null);
    }
}
