package dev.portreeve.policy.call;

import org.jspecify.annotations.Nullable;

/**
 * A call of a downstream tool.
 *
 * @param arguments what the caller sent, as bytes and as canonical form; rules and approvals read them
 * @param readOnly true only if the operator trusts the server's word that the tool changes nothing; decides whether the
 *     opening record must be durable before the tool runs (INV-2)
 * @param correlation what the caller's own records know it by
 * @param withheld whether the tool's server changed its definition and nobody has accepted that: then it does not run,
 *     whatever rules and people say
 * @param misfit why rules about the tool do not fit its definition: then it does not run either; {@code null} if they do
 * @param earlier the round before this one, if a person approved that; {@code null} for a call that stands alone
 * @param task that its caller is answered with, should a person have to approve it; {@code null} if it is not
 */
public record ToolCall(
        CallId id,
        Subject subject,
        Resource.Tool resource,
        Arguments arguments,
        Content content,
        Estimate estimate,
        boolean readOnly,
        Deadline deadline,
        Correlation correlation,
        boolean withheld,
        @Nullable String misfit,
        @Nullable EarlierRound earlier,
        @Nullable TaskTurn task)
        implements GovernedCall {

    /** The same call with other arguments. */
    public ToolCall with(Arguments other) {
        return new ToolCall(
                id,
                subject,
                resource,
                other,
                new Content(other.texts()),
                estimate,
                readOnly,
                deadline,
                correlation,
                withheld,
                misfit,
                earlier,
                task);
    }

    /** A call of which nothing becomes a task of the gateway's. */
    public ToolCall(
            CallId id,
            Subject subject,
            Resource.Tool resource,
            Arguments arguments,
            Content content,
            Estimate estimate,
            boolean readOnly,
            Deadline deadline,
            Correlation correlation,
            boolean withheld,
            @Nullable String misfit,
            @Nullable EarlierRound earlier) {
        this(
                id,
                subject,
                resource,
                arguments,
                content,
                estimate,
                readOnly,
                deadline,
                correlation,
                withheld,
                misfit,
                earlier,
                null);
    }

    /** The same call at another price. */
    public ToolCall with(Estimate other) {
        return new ToolCall(
                id,
                subject,
                resource,
                arguments,
                content,
                other,
                readOnly,
                deadline,
                correlation,
                withheld,
                misfit,
                earlier);
    }

    /**
     * The arguments as guardrails and rules left them.
     *
     * @param input the call's content then: first the texts of its arguments, then whatever else it holds
     */
    public Arguments arguments(Content input) {
        return input.equals(content)
                ? arguments
                : arguments.withTexts(input.runs().subList(0, arguments.texts().size()));
    }

    /** A call of a tool that rules fit. */
    public ToolCall(
            CallId id,
            Subject subject,
            Resource.Tool resource,
            Arguments arguments,
            Content content,
            Estimate estimate,
            boolean readOnly,
            Deadline deadline,
            Correlation correlation,
            boolean withheld,
            @Nullable EarlierRound earlier) {
        this(
                id,
                subject,
                resource,
                arguments,
                content,
                estimate,
                readOnly,
                deadline,
                correlation,
                withheld,
                null,
                earlier);
    }

    /** A call that stands alone and belongs to no trace. */
    public ToolCall(
            CallId id,
            Subject subject,
            Resource.Tool resource,
            Arguments arguments,
            Content content,
            Estimate estimate,
            boolean readOnly,
            Deadline deadline) {
        this(
                id,
                subject,
                resource,
                arguments,
                content,
                estimate,
                readOnly,
                deadline,
                Correlation.NONE,
                false,
                null,
                null);
    }
}
