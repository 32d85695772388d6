package dev.portreeve.policy.call;

import org.jspecify.annotations.Nullable;

/** What a caller wants, read off the wire and not yet decided. Immutable. */
public sealed interface GovernedCall permits LlmCall, ToolCall, TaskCall, ContextCall, QuestionCall {
    CallId id();

    Subject subject();

    Resource resource();

    /** The text guardrails read before the call runs. */
    Content content();

    Estimate estimate();

    Deadline deadline();

    /** Whether it may end long after its round did, at whichever gateway: what it holds then waits in the database. */
    default boolean endsLater() {
        return false;
    }

    /** That it is to be made once under a key; {@code null} for a call without one. */
    default @Nullable IdempotentRun run() {
        return null;
    }
}
