package dev.portreeve.policy.call;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The attempts of one call at its upstreams, for the upstream that makes several: what each may cost is held before it is made
 * (INV-3), what each is charged is settled in one sum, and each stands in the closing record. The first attempt is held and
 * begun with the call itself, so an upstream that makes only one says nothing here. On the call's own thread, within {@link
 * Upstream#execute}.
 */
public interface Attempts {
    /**
     * One attempt, in the words of the record.
     *
     * @param model the name it was made under: of the call, or of a fallback
     * @param provider where
     * @param upstreamModel the provider's own name of the model
     * @param key the name of the key it was made with; empty where there is one only
     * @param result {@code answered}, or what went wrong
     * @param status the upstream's own, or 0
     * @param waited what was waited for before it
     * @param translation what was made of the request for it, where that is not what the opening record says
     * @param rules those that forbid to go there, by their ids; empty for whatever else went wrong
     */
    record Made(
            String model,
            String provider,
            String upstreamModel,
            String key,
            String result,
            int status,
            Duration waited,
            List<String> translation,
            List<String> rules) {
        public Made {
            translation = List.copyOf(translation);
            rules = List.copyOf(rules);
        }

        /** Of the very request that the opening record speaks of. */
        public Made(
                String model,
                String provider,
                String upstreamModel,
                String key,
                String result,
                int status,
                Duration waited) {
            this(model, provider, upstreamModel, key, result, status, waited, List.of(), List.of());
        }
    }

    /**
     * The attempt under way has failed, without anything of it having been released.
     *
     * @param billable whether the upstream may charge for it; it is then charged as estimated
     */
    void failed(Made made, boolean billable);

    /**
     * Holds what one more attempt can cost at most, beside what the failed ones are charged, and begins it: what is emitted and
     * reported from now on is priced by this estimate. Blocks where the hold must be raised.
     *
     * @return false if a budget has not enough left: the attempt must not be made, and nothing has changed
     * @throws dev.portreeve.audit.EvidenceUnavailable if the hold cannot be made durable
     */
    boolean begin(Estimate estimate);

    /**
     * Nothing is asked of anybody: the call is answered with what another one was answered with. Holds its price instead of what the
     * attempt may cost, and charges that however the call ends from now on; said before anything is emitted. Blocks where the hold must
     * be raised.
     *
     * @return false if a budget has not enough left for the price: the attempt under way is then to be made, and nothing has changed
     * @throws dev.portreeve.audit.EvidenceUnavailable if the hold cannot be made durable
     */
    boolean fromCache(CacheHit hit);

    /**
     * To how many tokens each answer of the attempt under way must be bounded, since no more is held for it; 0 if as much is
     * held as it was estimated at. The upstream must send it so, as its {@link Estimate#shortening} says.
     */
    long shortenedTo();

    /**
     * What is left of the tightest budget beside all that is held for the call now, for a caller who must be told before it is known
     * what the call costs; {@code null} if no budget of money applies.
     */
    @Nullable
    BudgetState left();

    /** Names the attempt under way, which is the last one, however it ends. */
    void last(Made made);

    /**
     * Something that could have been tried and was not.
     *
     * @param made with {@code result} as the reason
     */
    void skipped(Made made);

    /** For calls nobody pays for. */
    Attempts UNPAID = new Attempts() {
        @Override
        public void failed(Made made, boolean billable) {
            // Costs nothing.
        }

        @Override
        public boolean begin(Estimate estimate) {
            return true;
        }

        @Override
        public boolean fromCache(CacheHit hit) {
            return true;
        }

        @Override
        public long shortenedTo() {
            return 0;
        }

        @Override
        public @Nullable BudgetState left() {
            return null;
        }

        @Override
        public void last(Made made) {
            // Is in no record.
        }

        @Override
        public void skipped(Made made) {
            // Is in no record.
        }
    };
}
