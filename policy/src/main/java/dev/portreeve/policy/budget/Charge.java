package dev.portreeve.policy.budget;

import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Usage;
import org.jspecify.annotations.Nullable;

/**
 * What a call is charged.
 *
 * @param usage {@code null} if nothing was used: the call did not run, or its upstream certainly did no work
 * @param computed where the cost is what the provider stated, what the price list makes of the usage; else {@code null}
 */
record Charge(@Nullable Usage usage, NanoUsd cost, @Nullable NanoUsd computed) {
    static final Charge NOTHING = new Charge(null, NanoUsd.ZERO);

    /** Computed from the price list. */
    Charge(@Nullable Usage usage, NanoUsd cost) {
        this(usage, cost, null);
    }
}
