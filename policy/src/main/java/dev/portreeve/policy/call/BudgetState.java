package dev.portreeve.policy.call;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is left of the budgets above a call, for the caller to see: of those that count the same, of the one with the least left.
 *
 * @param money {@code null} if none counts money
 * @param tokens {@code null} if none counts tokens
 * @param requests {@code null} if none counts requests
 */
public record BudgetState(
        @Nullable Money money,
        @Nullable Count tokens,
        @Nullable Count requests) {
    /**
     * Of a budget of money, whatever its currency.
     *
     * @param remaining never below zero
     * @param resetsAt when its window ends, or {@code null} for a budget that never starts again
     */
    public record Money(NanoUsd remaining, @Nullable Instant resetsAt) {}

    /**
     * Of a budget of tokens or requests.
     *
     * @param remaining never below zero
     * @param resetsAt when its window ends, or {@code null} for a budget that never starts again
     */
    public record Count(long remaining, @Nullable Instant resetsAt) {}

    /** Where only money is counted. */
    public BudgetState(NanoUsd remaining, @Nullable Instant resetsAt) {
        this(new Money(remaining, resetsAt), null, null);
    }

    /** The least of both, of each thing that is counted. */
    public BudgetState least(BudgetState other) {
        return new BudgetState(least(money, other.money), least(tokens, other.tokens), least(requests, other.requests));
    }

    private static @Nullable Money least(@Nullable Money a, @Nullable Money b) {
        if (a == null || b == null) {
            return a == null ? b : a;
        }
        return b.remaining.compareTo(a.remaining) < 0 ? b : a;
    }

    private static @Nullable Count least(@Nullable Count a, @Nullable Count b) {
        if (a == null || b == null) {
            return a == null ? b : a;
        }
        return b.remaining < a.remaining ? b : a;
    }
}
