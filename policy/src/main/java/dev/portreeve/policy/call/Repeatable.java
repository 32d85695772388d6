package dev.portreeve.policy.call;

import java.util.UUID;

/** What a call has to do with a key that its caller chose so that it is made once. */
public sealed interface Repeatable permits IdempotentRun, Repeatable.Replay {
    /**
     * It is not made at all: it gives again what an earlier one answered.
     *
     * @param original that call
     */
    record Replay(UUID original) implements Repeatable {}
}
