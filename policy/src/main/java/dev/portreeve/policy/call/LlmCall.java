package dev.portreeve.policy.call;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A call to a model.
 *
 * @param operation the dialect's operation, for the record ({@code chat}, {@code embeddings})
 * @param target where the call goes, for the record; and for rules that name places; {@code null} for a call that is sent nowhere
 * @param hosted the tools in its request that the provider would run by itself, those that were taken out included
 * @param repeatable what it has to do with an idempotency key; {@code null} for a call without one
 * @param correlation what the caller's own records know it by
 * @param request what it says of itself, for rules that ask; reads it when asked, on the call's thread, and throws if it cannot be read; {@code
 *     null} for a call that has no request of its own
 * @param item that it is one of a batch; {@code null} for a call by itself
 */
public record LlmCall(
        CallId id,
        Subject subject,
        Resource.Model resource,
        String operation,
        Content content,
        Estimate estimate,
        Deadline deadline,
        @Nullable Target target,
        List<HostedUse> hosted,
        @Nullable Repeatable repeatable,
        Correlation correlation,
        @Nullable Supplier<RequestFacts> request,
        @Nullable BatchItem item)
        implements GovernedCall {
    /**
     * A model at a provider.
     *
     * @param model the provider's own name
     * @param outputCap the bound that was put on the answer because the caller gave none, or 0
     * @param listed false if no price list knows it, so that it is held at the high default
     * @param translation from which dialect to which, and what was lost on the way; empty where both sides speak one dialect and
     *     nothing was taken out
     * @param key the name of the provider's key; empty where it has one only
     * @param closed other places that it was not sent to at first, since rules forbid them
     * @param lostInAnswer what was lost on the way back; asked for on the call's thread once the call has ended
     */
    public record Target(
            String provider,
            String model,
            long outputCap,
            boolean listed,
            List<String> translation,
            String key,
            List<Closed> closed,
            Supplier<List<String>> lostInAnswer) {
        /**
         * A place that rules forbid to a call.
         *
         * @param place as {@link Target#place()}
         * @param rules their ids, one at least
         */
        public record Closed(String place, List<String> rules) {
            public Closed {
                rules = List.copyOf(rules);
            }
        }

        /** At a provider with one key. */
        public Target(
                String provider,
                String model,
                long outputCap,
                boolean listed,
                List<String> translation,
                Supplier<List<String>> lostInAnswer) {
            this(provider, model, outputCap, listed, translation, "", List.of(), lostInAnswer);
        }

        public Target {
            translation = List.copyOf(translation);
            closed = List.copyOf(closed);
        }

        /** As rules name it: {@code provider/model}. */
        public String place() {
            return provider + "/" + model;
        }
    }

    public LlmCall {
        hosted = List.copyOf(hosted);
    }

    /** A call by itself. */
    public LlmCall(
            CallId id,
            Subject subject,
            Resource.Model resource,
            String operation,
            Content content,
            Estimate estimate,
            Deadline deadline,
            @Nullable Target target,
            List<HostedUse> hosted,
            @Nullable Repeatable repeatable,
            Correlation correlation,
            @Nullable Supplier<RequestFacts> request) {
        this(
                id,
                subject,
                resource,
                operation,
                content,
                estimate,
                deadline,
                target,
                hosted,
                repeatable,
                correlation,
                request,
                null);
    }

    /** A call of which rules cannot ask more than what it is. */
    public LlmCall(
            CallId id,
            Subject subject,
            Resource.Model resource,
            String operation,
            Content content,
            Estimate estimate,
            Deadline deadline,
            @Nullable Target target,
            List<HostedUse> hosted,
            @Nullable Repeatable repeatable,
            Correlation correlation) {
        this(
                id,
                subject,
                resource,
                operation,
                content,
                estimate,
                deadline,
                target,
                hosted,
                repeatable,
                correlation,
                null);
    }

    /** A call without an idempotency key. */
    public LlmCall(
            CallId id,
            Subject subject,
            Resource.Model resource,
            String operation,
            Content content,
            Estimate estimate,
            Deadline deadline,
            @Nullable Target target,
            List<HostedUse> hosted) {
        this(id, subject, resource, operation, content, estimate, deadline, target, hosted, null, Correlation.NONE);
    }

    /** A call whose provider runs no tools. */
    public LlmCall(
            CallId id,
            Subject subject,
            Resource.Model resource,
            String operation,
            Content content,
            Estimate estimate,
            Deadline deadline,
            @Nullable Target target) {
        this(id, subject, resource, operation, content, estimate, deadline, target, List.of(), null, Correlation.NONE);
    }

    /** The same call under an idempotency key, or without one. */
    public LlmCall under(@Nullable Repeatable key) {
        return new LlmCall(
                id,
                subject,
                resource,
                operation,
                content,
                estimate,
                deadline,
                target,
                hosted,
                key,
                correlation,
                request,
                item);
    }

    /** The same call, of which the caller says this. */
    public LlmCall of(Correlation said) {
        return new LlmCall(
                id,
                subject,
                resource,
                operation,
                content,
                estimate,
                deadline,
                target,
                hosted,
                repeatable,
                said,
                request,
                item);
    }

    /** The same call, of which rules may ask what its request says. */
    public LlmCall asking(Supplier<RequestFacts> said) {
        return new LlmCall(
                id,
                subject,
                resource,
                operation,
                content,
                estimate,
                deadline,
                target,
                hosted,
                repeatable,
                correlation,
                said,
                item);
    }

    /** The same call as an item of a batch. */
    public LlmCall in(BatchItem batch) {
        return new LlmCall(
                id,
                subject,
                resource,
                operation,
                content,
                estimate,
                deadline,
                target,
                hosted,
                repeatable,
                correlation,
                request,
                batch);
    }

    @Override
    public boolean endsLater() {
        return item != null;
    }

    @Override
    public @Nullable IdempotentRun run() {
        return repeatable instanceof IdempotentRun run ? run : null;
    }

    public LlmCall(
            CallId id,
            Subject subject,
            Resource.Model resource,
            String operation,
            Content content,
            Estimate estimate,
            Deadline deadline) {
        this(id, subject, resource, operation, content, estimate, deadline, null, List.of());
    }
}
