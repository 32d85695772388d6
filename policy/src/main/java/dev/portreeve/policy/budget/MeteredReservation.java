package dev.portreeve.policy.budget;

import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.PostingBook;
import dev.portreeve.policy.call.Attempts;
import dev.portreeve.policy.call.BudgetState;
import dev.portreeve.policy.call.CacheHit;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Output;
import dev.portreeve.policy.call.Upstream;
import dev.portreeve.policy.call.Usage;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A reservation that counts, whether or not money is held for it. */
final class MeteredReservation implements Reservation, Attempts {
    private static final Logger LOG = LoggerFactory.getLogger(MeteredReservation.class);

    static final NanoUsd ANYTHING = new NanoUsd(Long.MAX_VALUE);

    private final AuditTrail trail;
    private final Meter meter;
    private final PostingBook<BudgetPosting> book;
    private final Holdings holdings;
    private long cap;
    private boolean closed;
    private boolean left;
    private @Nullable UUID ticket;
    private @Nullable CacheHit hit;

    MeteredReservation(AuditTrail trail, Meter meter, PostingBook<BudgetPosting> book, Holdings holdings) {
        this(trail, meter, book, holdings, 0);
    }

    /** @param cap to how many tokens each answer was made shorter; 0 if none was */
    MeteredReservation(AuditTrail trail, Meter meter, PostingBook<BudgetPosting> book, Holdings holdings, long cap) {
        this.cap = cap;
        this.trail = trail;
        this.meter = meter;
        this.book = book;
        this.holdings = holdings;
    }

    @Override
    public <C extends Output<C>> Upstream<C> metered(Upstream<C> upstream) {
        return meter.around(upstream, this);
    }

    @Override
    public void failed(Made made, boolean billable) {
        meter.failed(made, billable);
    }

    @Override
    public boolean begin(Estimate estimate) {
        cap = 0;
        if (covers(estimate)) {
            return true;
        }
        Estimate counted = estimate.counted(ANYTHING);
        return (counted != null && covers(counted)) || coversShorter(counted == null ? estimate : counted);
    }

    @Override
    public boolean fromCache(CacheHit found) {
        if (!covers(Estimate.fixed(found.price()))) {
            return false;
        }
        hit = found;
        return true;
    }

    private boolean coversShorter(Estimate estimate) {
        Shrinking shrinking = new Shrinking(estimate, holdings.held(), meter::needed);
        Hold.Decision.Exhausted refused = holdings.refused();
        while (refused != null) {
            Estimate shorter = shrinking.shorter(refused);
            if (shorter == null) {
                return false;
            }
            if (covers(shorter)) {
                cap = shrinking.cap();
                trail.facts().include(shrinking.facts(holdings.held()));
                return true;
            }
            refused = holdings.refused();
        }
        return false;
    }

    @Override
    public long shortenedTo() {
        return cap;
    }

    private boolean covers(Estimate estimate) {
        Load needed = meter.needed(estimate);
        if (needed == null || !holdings.cover(needed)) {
            return false;
        }
        meter.begin(estimate);
        return true;
    }

    @Override
    public @Nullable BudgetState left() {
        return holdings.tightest(holdings.held());
    }

    @Override
    public void last(Made made) {
        meter.last(made);
    }

    @Override
    public void skipped(Made made) {
        meter.skipped(made);
    }

    @Override
    public boolean cover(Estimate changed) {
        return covers(changed);
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
        return holdings.tightest(meter.spent());
    }

    @Override
    public void park(UUID waiting) {
        ticket = waiting;
    }

    @Override
    public void leave() {
        left = true;
    }

    @Override
    public void close() {
        if (closed || left) {
            return;
        }
        closed = true;
        Charge charge = meter.charge();
        trail.facts().include(BudgetFacts.charged(charge));
        if (meter.resultBytes() > 0) {
            trail.facts().put("result_bytes", meter.resultBytes());
        }
        List<Facts> attempts = meter.lines();
        if (!attempts.isEmpty()) {
            trail.facts().putAll("attempts", attempts);
        }
        if (hit != null) {
            trail.facts().put("from_cache", BudgetFacts.of(hit));
        }
        Settlement settlement = holdings.settlement(meter.spent());
        if (settlement == null) {
            return;
        }
        settlement.park(ticket);
        if (!settlement.raises().isEmpty()) {
            trail.facts().put("raised_to_usd", holdings.held().money().toDecimal());
        }
        long overrun = settlement.overrun();
        if (overrun > 0) {
            LOG.warn(
                    "upstream billed more than the worst case of call {}: {} above {}",
                    trail.callId(),
                    new NanoUsd(overrun),
                    holdings.held().money());
        }
        trail.settle(book, settlement, () -> BudgetFacts.settled(settlement));
    }
}
