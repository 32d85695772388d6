package dev.portreeve.policy.budget;

import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.QuestionCall;
import dev.portreeve.policy.call.TaskCall;

/**
 * What a call takes of budgets, in everything they count. Nothing of it is below zero; sums stop at the top.
 *
 * @param requests one, for a call that somebody makes; none for what belongs to an earlier call
 */
record Load(NanoUsd money, long tokens, long requests) {
    static final Load NOTHING = new Load(NanoUsd.ZERO, 0, 0);

    /**
     * The most a call can take.
     *
     * @throws ArithmeticException if it costs more than can be counted
     */
    static Load worst(GovernedCall call) {
        long requests = call instanceof TaskCall || call instanceof QuestionCall ? 0 : 1;
        return new Load(call.estimate().worstCase(), tokens(call), requests);
    }

    private static long tokens(GovernedCall call) {
        return call instanceof LlmCall ? tokens(call.estimate()) : 0;
    }

    static long tokens(Estimate estimate) {
        return Balance.saturated(estimate.inputTokens(), estimate.outputTokens());
    }

    /** What is missing to {@code needed}, of each at least nothing. */
    Load missing(Load needed) {
        return new Load(
                new NanoUsd(Math.max(0, needed.money.nanos() - money.nanos())),
                Math.max(0, needed.tokens - tokens),
                Math.max(0, needed.requests - requests));
    }

    Load plus(Load more) {
        return new Load(
                new NanoUsd(Balance.saturated(money.nanos(), more.money.nanos())),
                Balance.saturated(tokens, more.tokens),
                Balance.saturated(requests, more.requests));
    }

    /** As much of it as fits into the other. */
    Load within(Load bound) {
        return new Load(
                money.compareTo(bound.money) < 0 ? money : bound.money,
                Math.min(tokens, bound.tokens),
                Math.min(requests, bound.requests));
    }

    boolean isNothing() {
        return money.isZero() && tokens == 0 && requests == 0;
    }
}
