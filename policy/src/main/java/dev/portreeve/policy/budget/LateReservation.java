package dev.portreeve.policy.budget;

import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.PostingBook;
import dev.portreeve.policy.call.BudgetState;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Output;
import dev.portreeve.policy.call.Upstream;
import dev.portreeve.policy.call.Usage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an earlier round of a call held, for the round that ends it. */
final class LateReservation implements Reservation {
    private static final Logger LOG = LoggerFactory.getLogger(LateReservation.class);

    private final AuditTrail trail;
    private final Meter meter;
    private final PostingBook<BudgetPosting> book;
    private final LaterHold hold;
    private final Budgets budgets;
    private boolean closed;

    /** @param budgets those in force */
    LateReservation(AuditTrail trail, Meter meter, PostingBook<BudgetPosting> book, LaterHold hold, Budgets budgets) {
        this.trail = trail;
        this.meter = meter;
        this.book = book;
        this.hold = hold;
        this.budgets = budgets;
    }

    @Override
    public <C extends Output<C>> Upstream<C> metered(Upstream<C> upstream) {
        return meter.around(upstream);
    }

    @Override
    public NanoUsd cost() {
        return meter.charge().cost();
    }

    @Override
    public @Nullable Usage used() {
        return meter.charge().usage();
    }

    @Override
    public @Nullable BudgetState budget() {
        return null;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        trail.facts().include(BudgetFacts.charged(meter.charge()));
        Settlement settlement = Settlement.late(trail.tenant(), trail.callId(), hold, hold.of(meter.spent(), budgets));
        if (settlement.overrun() > 0) {
            LOG.warn(
                    "upstream billed more than the worst case of call {}: {} above {}",
                    trail.callId(),
                    new NanoUsd(settlement.overrun()),
                    hold.money());
        }
        trail.settle(book, settlement, () -> switch (settlement.result()) {
            case APPLIED, LATE -> BudgetFacts.settled(settlement);
            // Somebody was first, or its first round never came so far: then there is no record to follow either.
            case RESOLVED_BEFORE, NO_HOLD, PARKED -> null;
        });
    }
}
