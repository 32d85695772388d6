package dev.portreeve.policy.budget;

import dev.portreeve.policy.call.NanoUsd;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One page of what was charged.
 *
 * @param next the row to go on after, or {@code null} if this is the last page
 */
public record Statement(List<Row> rows, @Nullable UUID next) {
    /** How many rows a page has at most. */
    public static final int PAGE = 1000;

    public Statement {
        rows = List.copyOf(rows);
    }

    /**
     * A call that ended, or a lease that was charged because its gateway died.
     *
     * @param record the audit record that says so
     * @param call its call
     * @param at when it ended
     * @param member empty for a lease
     * @param resource the model or tool; for a lease, its budget
     * @param settlement how its hold ended; empty where no budget applied
     * @param charged what it adds to the statement: nothing if another end had been charged before, or another call took its place
     * @param basis of the usage: reported, counted, estimated, cached or assumed
     */
    public record Row(
            UUID record,
            UUID call,
            Instant at,
            String team,
            String member,
            String key,
            String type,
            String resource,
            String provider,
            String upstreamModel,
            String outcome,
            String settlement,
            NanoUsd charged,
            String basis,
            long inputTokens,
            long outputTokens,
            String priceVersion,
            String traceId,
            String clientRequestId) {}
}
