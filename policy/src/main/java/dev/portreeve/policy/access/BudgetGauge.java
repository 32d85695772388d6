package dev.portreeve.policy.access;

import dev.portreeve.policy.call.GovernedCall;

/** How full the budgets above a caller are, for conditions that ask. On the call's thread; thread-safe. */
@FunctionalInterface
public interface BudgetGauge {
    /** Where nobody knows: a condition that asks fails. */
    BudgetGauge NONE = call -> {
        throw new IllegalStateException("nobody knows budgets here");
    };

    /**
     * Of all budgets that bound a call.
     *
     * @param leftMicros of the one in money that has the least left, in millionths of a dollar, never below zero; {@link Long#MAX_VALUE} where none
     *     bounds the call
     * @param usedPercent of the one that is used up the most, rounded down; 0 where none bounds the call, above 100 after an overrun
     */
    record Reading(long leftMicros, long usedPercent) {}

    /**
     * What is left, from memory, as of some seconds ago.
     *
     * @throws RuntimeException if that cannot be known, which counts against the caller
     */
    Reading of(GovernedCall call);
}
