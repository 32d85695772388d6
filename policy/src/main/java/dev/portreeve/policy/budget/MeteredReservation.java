package dev.portreeve.policy.budget;

import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.PostingBook;
import dev.portreeve.policy.call.BudgetState;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Output;
import dev.portreeve.policy.call.Upstream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A reservation that counts, whether or not money is held for it. */
final class MeteredReservation implements Reservation {
    private static final Logger LOG = LoggerFactory.getLogger(MeteredReservation.class);

    private final AuditTrail trail;
    private final Meter meter;
    private final PostingBook<BudgetPosting> book;
    private final @Nullable Hold hold;
    private boolean closed;

    /** @param hold the admitted hold, or {@code null} if no budget applies */
    MeteredReservation(AuditTrail trail, Meter meter, PostingBook<BudgetPosting> book, @Nullable Hold hold) {
        this.trail = trail;
        this.meter = meter;
        this.book = book;
        this.hold = hold;
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
    public @Nullable BudgetState budget() {
        if (hold == null || !(hold.decision() instanceof Hold.Decision.Admitted admitted)) {
            return null;
        }
        // Of the hold, what the call does not cost comes back.
        long back = hold.amount().nanos() - cost().nanos();
        BudgetState tightest = null;
        for (int i = 0; i < hold.levels().size(); i++) {
            Level level = hold.levels().get(i);
            long left = left(admitted.after().get(i).remaining(level.budget().limit()), back);
            if (tightest == null || left < tightest.remaining().nanos()) {
                tightest = new BudgetState(new NanoUsd(left), level.span().end());
            }
        }
        return tightest;
    }

    private static long left(long remaining, long back) {
        return back < Long.MIN_VALUE - Math.min(remaining, 0) ? 0 : Math.max(0, remaining + back);
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        Charge charge = meter.charge();
        trail.facts().include(BudgetFacts.charged(charge));
        if (hold == null) {
            return;
        }
        Settlement settlement = hold.settlement(charge.cost());
        long overrun = settlement.posted().overrun();
        if (overrun > 0) {
            LOG.warn(
                    "upstream billed more than the worst case of call {}: {} above {}",
                    hold.callId(),
                    new NanoUsd(overrun),
                    hold.amount());
        }
        trail.settle(book, settlement, () -> BudgetFacts.settled(settlement));
    }
}
