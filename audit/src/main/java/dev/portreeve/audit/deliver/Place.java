package dev.portreeve.audit.deliver;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far a delivery is in one tenant's log.
 *
 * @param next the index of the first record that was not acknowledged
 * @param moves how often somebody put it elsewhere
 * @param signed one more than the last signed index: what there is to deliver
 * @param acknowledgedAt when the last batch was
 * @param waitingSince the time of the record at {@code next}, if there is one
 * @param trouble what is in the way, or {@code null}
 */
public record Place(
        String delivery,
        String tenant,
        long next,
        long moves,
        long signed,
        @Nullable Instant acknowledgedAt,
        @Nullable Instant waitingSince,
        @Nullable Trouble trouble) {
    /**
     * What is in the way.
     *
     * @param triedUntil one more than the last index of what is refused for what it is; {@code next} where it may be taken another time
     * @param held whether nothing is tried until somebody says so
     */
    public record Trouble(String failure, Instant since, int attempts, long triedUntil, boolean held) {}

    /** How many signed records are not delivered yet. */
    public long behind() {
        return Math.max(0, signed - next);
    }
}
