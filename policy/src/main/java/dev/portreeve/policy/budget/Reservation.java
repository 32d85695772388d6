package dev.portreeve.policy.budget;

import dev.portreeve.policy.call.BudgetState;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Output;
import dev.portreeve.policy.call.Upstream;
import dev.portreeve.policy.call.Usage;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Money held for one call, as a scope: closing it settles what was used and frees the rest. Used by the call's own thread.
 */
public interface Reservation extends AutoCloseable {
    /**
     * Wraps the upstream so that what it produces is counted and what it reports is kept, also when it fails. Its {@code
     * execute} returns the usage that is paid for.
     */
    <C extends Output<C>> Upstream<C> metered(Upstream<C> upstream);

    /**
     * Makes sure that enough is held for the call at another price, before it runs; holds more where it must. Blocks on the database then.
     *
     * @return false if too little is left: what was held stays held. One that holds nothing covers everything
     */
    default boolean cover(Estimate changed) {
        return true;
    }

    /** What the call costs by what is known now; final once the upstream returned. Never throws. */
    NanoUsd cost();

    /** What the call used by what is known now, or {@code null} if nothing. Never throws. */
    default @Nullable Usage used() {
        return null;
    }

    /** What is left of the tightest budget by what is known now, or {@code null} if no budget applies. */
    @Nullable
    BudgetState budget();

    /**
     * Says that the call ends with this ticket of an approval: what is held then stays held after the close, for the same call when it
     * comes again. Nothing that was held, or a ticket that has such money already, makes no difference to the close.
     */
    default void park(UUID ticket) {}

    /** Says that the call goes on after this round: what is held stays held after the close, for {@link BudgetLedger#resume}. */
    default void leave() {}

    /**
     * Leaves the settlement with the call's trail, so that it commits with the closing record. Never throws and never
     * touches the database itself; if the trail cannot be written, the sweeper resolves the hold.
     */
    @Override
    void close();
}
