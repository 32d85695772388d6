package dev.portreeve.policy.call;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A call whose caller is answered with a task where a person has to decide: it is never held.
 *
 * @param ticket whose decision the call comes back for: it runs under that yes and asks nobody anew; {@code null} for one that
 *     comes for the first time
 */
public record TaskTurn(@Nullable UUID ticket) {
    /** A call that comes for the first time. */
    public static final TaskTurn FIRST = new TaskTurn(null);
}
