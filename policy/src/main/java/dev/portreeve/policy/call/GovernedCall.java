package dev.portreeve.policy.call;

/** What a caller wants, read off the wire and not yet decided. Immutable. */
public sealed interface GovernedCall permits LlmCall, ToolCall, TaskCall, ContextCall, QuestionCall {
    CallId id();

    Subject subject();

    Resource resource();

    /** The text guardrails read before the call runs. */
    Content content();

    Estimate estimate();

    Deadline deadline();
}
