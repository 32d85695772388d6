package dev.portreeve.policy.budget;

import dev.portreeve.policy.call.IdempotentRun;
import dev.portreeve.policy.call.NanoUsd;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The wish to resolve a hold. A hold resolves once: who comes second changes nothing and is told so. */
final class Settlement implements CallPosting {
    private final String tenant;
    private final UUID callId;
    private final List<WindowKey> windows;
    private final Amounts held;
    private final @Nullable Hold drawn;
    private List<Settlement> raises = List.of();
    private @Nullable UUID ticket;
    private boolean parking;
    private boolean late;
    private final @Nullable IdempotentRun run;
    private Posted posted;
    private @Nullable Result result;

    private Settlement(
            String tenant,
            UUID callId,
            List<WindowKey> windows,
            Amounts held,
            @Nullable Hold drawn,
            @Nullable IdempotentRun run,
            Posted posted) {
        this.tenant = tenant;
        this.callId = callId;
        this.windows = windows;
        this.held = held;
        this.drawn = drawn;
        this.run = run;
        this.posted = posted;
    }

    /** How a hold can end; {@link #code()} stands in tables and records. */
    enum Kind {
        /** What was used is spent, the rest is free again. */
        SETTLED,
        /** Nothing was used. */
        RELEASED,
        /** Nobody knows what was used, so all of it counts as spent. */
        ASSUMED;

        String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * The row that resolves a hold.
     *
     * @param amount spent out of the hold
     * @param overrun billed above it
     */
    record Posted(Kind kind, Amounts amount, Amounts overrun) {
        /** In dollars alone. */
        Posted(Kind kind, long amount, long overrun) {
            this(kind, Amounts.same(amount), Amounts.same(overrun));
        }

        /** The same end of a hold of this size: what does not fit into it is above it. */
        Posted over(Amounts held) {
            Amounts beyond = amount.beyond(held);
            return beyond.isNothing() ? this : new Posted(kind, amount.within(held), overrun.plus(beyond));
        }
    }

    /** What the book did. */
    enum Result {
        APPLIED,
        /** Nothing: it stays held for a ticket. */
        PARKED,
        /** The whole hold had been charged before; what was billed above it is charged now, as an overrun. */
        LATE,
        /** Somebody else, as a rule the sweeper, was first. */
        RESOLVED_BEFORE,
        /** The hold was never made durable. */
        NO_HOLD;

        private long charged(Posted posted) {
            return switch (this) {
                case APPLIED, PARKED ->
                    Math.addExact(posted.amount().money(), posted.overrun().money());
                case LATE -> posted.overrun().money();
                case RESOLVED_BEFORE, NO_HOLD -> 0;
            };
        }
    }

    static Settlement of(Hold hold, Load load) {
        Amounts spent = Amounts.of(load, hold.levels());
        Kind kind = spent.isNothing() ? Kind.RELEASED : Kind.SETTLED;
        Posted posted = new Posted(kind, spent.within(hold.amounts()), spent.beyond(hold.amounts()));
        return new Settlement(
                hold.tenant(),
                hold.callId(),
                hold.windows(),
                hold.amounts(),
                hold.drawn() ? hold : null,
                hold.run(),
                posted);
    }

    static Settlement assumed(String tenant, UUID callId, List<WindowKey> windows, Amounts held) {
        return new Settlement(
                tenant, callId, windows, held, null, null, new Posted(Kind.ASSUMED, held, Amounts.NOTHING));
    }

    /** As the other, for a hold that perhaps was never stored: it is, with this. */
    static Settlement assumed(Hold drawn) {
        return new Settlement(
                drawn.tenant(),
                drawn.callId(),
                drawn.windows(),
                drawn.amounts(),
                drawn,
                null,
                new Posted(Kind.ASSUMED, drawn.amounts(), Amounts.NOTHING));
    }

    /** Gives back what was kept for a ticket. */
    static Settlement unparked(String tenant, UUID callId, List<WindowKey> windows, Amounts held) {
        return new Settlement(
                tenant, callId, windows, held, null, null, new Posted(Kind.RELEASED, Amounts.NOTHING, Amounts.NOTHING));
    }

    /** Ends a call that another round began, perhaps in another process, with so much spent on each of its levels. */
    static Settlement late(String tenant, UUID callId, LaterHold hold, Amounts spent) {
        Amounts held = hold.amounts();
        Kind kind = spent.isNothing() ? Kind.RELEASED : Kind.SETTLED;
        Settlement settlement = new Settlement(
                tenant,
                callId,
                hold.windows(),
                held,
                null,
                null,
                new Posted(kind, spent.within(held), spent.beyond(held)));
        settlement.late = true;
        return settlement;
    }

    /** Whether somebody else may have resolved the hold just so, and recorded that. */
    boolean isLate() {
        return late;
    }

    @Override
    public String tenant() {
        return tenant;
    }

    @Override
    public UUID callId() {
        return callId;
    }

    @Override
    public List<WindowKey> windows() {
        return windows;
    }

    /** In dollars. */
    NanoUsd held() {
        return new NanoUsd(held.money());
    }

    /** The hold, if its call ran on leased money and so perhaps before the hold was stored. */
    @Nullable
    Hold drawn() {
        return drawn;
    }

    /** Resolves with it what the same call held beside it. */
    Settlement with(List<Settlement> others) {
        raises = List.copyOf(others);
        return this;
    }

    /** What the same call held beside it: resolved with it, in the same transaction. */
    List<Settlement> raises() {
        return raises;
    }

    /** Wishes that the hold stays, for this ticket, if nothing was used. */
    void park(@Nullable UUID waiting) {
        ticket = posted.kind() == Kind.RELEASED && raises.isEmpty() && run == null ? waiting : null;
    }

    /** The ticket for which the hold is to stay, or {@code null}. */
    @Nullable
    UUID ticket() {
        return ticket;
    }

    /** Says whether the ticket has nothing yet, so that the hold may stay for it. */
    void parking(boolean mayStay) {
        parking = mayStay;
    }

    boolean isParking() {
        return parking;
    }

    /** All that was billed above what was held, in nano-dollars. */
    long overrun() {
        long sum = posted.overrun().money();
        for (Settlement raise : raises) {
            sum = Math.addExact(sum, raise.posted.overrun().money());
        }
        return sum;
    }

    /**
     * What of the call's money went into the ledger with this, and was not there before.
     *
     * @return in nano-dollars
     */
    long charged() {
        long sum = result == null ? 0 : result.charged(posted);
        for (Settlement raise : raises) {
            sum = Math.addExact(sum, raise.charged());
        }
        return sum;
    }

    /** All that was used, in nano-dollars. */
    long wished() {
        long sum = Math.addExact(posted.amount().money(), posted.overrun().money());
        for (Settlement raise : raises) {
            sum = Math.addExact(sum, raise.wished());
        }
        return sum;
    }

    /** The idempotency key the call ran under, which ends with it. */
    @Nullable
    IdempotentRun run() {
        return run;
    }

    /** As wished; once finished, as it was posted. */
    Posted posted() {
        return posted;
    }

    void finish(Result reached, Posted really) {
        result = reached;
        posted = really;
    }

    Result result() {
        if (result == null) {
            throw new IllegalStateException("settlement of call " + callId + " is not decided");
        }
        return result;
    }
}
