package dev.portreeve.policy.budget;

import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Usage;
import org.jspecify.annotations.Nullable;

/**
 * What a call is charged.
 *
 * @param usage {@code null} if nothing was used: the call did not run, or its upstream certainly did no work
 */
record Charge(@Nullable Usage usage, NanoUsd cost) {
    static final Charge NOTHING = new Charge(null, NanoUsd.ZERO);
}
