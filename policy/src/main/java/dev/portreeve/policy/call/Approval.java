package dev.portreeve.policy.call;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A person's yes that a call used up, and what it was given to.
 *
 * @param ticket its ticket
 * @param arguments as they were stored and shown: what runs, whatever the caller sent with its repeat
 * @param edit how they differ from what the caller asked for; {@code null} if they do not
 */
public record Approval(
        UUID ticket, Arguments arguments, @Nullable Edit edit) {
    /** Of what the caller asked for. */
    public Approval(UUID ticket, Arguments arguments) {
        this(ticket, arguments, null);
    }

    /**
     * An approver's change.
     *
     * @param by the approver
     * @param changes at least one
     */
    public record Edit(String by, List<ArgumentChanges.Change> changes) {
        public Edit {
            changes = List.copyOf(changes);
        }
    }
}
