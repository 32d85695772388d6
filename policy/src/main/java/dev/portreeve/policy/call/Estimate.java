package dev.portreeve.policy.call;

/**
 * The most a call can cost, worked out before it runs.
 *
 * @param inputTokens an upper bound, counted or bounded from bytes
 * @param outputTokens an upper bound that is also enforced (asked for, or the model's own limit, or injected)
 */
public record Estimate(long inputTokens, long outputTokens, Price price) {
    /**
     * The amount to hold on every budget above the caller (INV-3): what the dearest usage within the bounds costs, be it
     * written into a cache, thought, or spoken.
     */
    public NanoUsd worstCase() {
        return price.atMost(inputTokens, outputTokens);
    }
}
