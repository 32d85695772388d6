package dev.portreeve.audit.retention;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long what is kept.
 *
 * @param records after the end of their month; {@code null} for ever
 * @param payloads contents, which go no later than their records; {@code null} as long as these
 */
public record RetentionTimes(
        @Nullable Duration records, @Nullable Duration payloads) {
    /** What is kept of the months of a table, by its name. */
    @Nullable
    Duration of(String table) {
        return table.equals("record") || payloads == null ? records : payloads;
    }
}
