package dev.portreeve.policy.budget;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.EvidenceUnavailable;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.PostingBook;
import dev.portreeve.audit.Receipt;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.call.NanoUsd;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reserving, as far as it is the same for every book the holds are kept in. Thread-safe. */
final class HoldDesk {
    /** Beyond a call's deadline, so that the sweeper never meets a living call: time to settle and to commit. */
    static final Duration EXPIRY_MARGIN = Duration.ofMinutes(2);
    /** How long a call waits for what other replicas set aside: idle leases come back within a second, busy ones sooner. */
    private static final Duration RECALL_PATIENCE = Duration.ofSeconds(3);

    /** Who gives back says so, and this is how long a call waits that does not hear it. */
    private static final Duration RECALL_PAUSE = Duration.ofMillis(200);

    private final Supplier<Budgets> budgets;
    private final PostingBook<BudgetPosting> book;
    private final Leases leases;
    private final LeaseReturns returns;
    private final InstantSource clock;

    HoldDesk(
            Supplier<Budgets> budgets,
            PostingBook<BudgetPosting> book,
            Leases leases,
            LeaseReturns returns,
            InstantSource clock) {
        this.budgets = budgets;
        this.book = book;
        this.leases = leases;
        this.returns = returns;
        this.clock = clock;
    }

    Reservation reserve(GovernedCall call, AuditTrail trail) throws CallEnded {
        return reserve(call, null, trail);
    }

    /** @param ticket for which money of the same call may have been kept */
    Reservation reserve(GovernedCall call, @Nullable UUID ticket, AuditTrail trail) throws CallEnded {
        Load worst = worst(call);
        trail.facts().put("worst_case_usd", worst.money().toDecimal());
        Meter meter = new Meter(call.estimate(), worst);
        List<Level> levels = taken(budgets.get().above(call, clock.instant()), worst);
        Holdings.Raise raise = (ordinal, more, first, into) -> raise(call, ordinal, more, first, into, trail);
        Level barred = barred(levels, worst);
        if (barred != null) {
            throw BudgetRefusal.of(barred);
        }
        if (levels.isEmpty() && call.run() == null && !call.endsLater()) {
            trail.admit();
            return new MeteredReservation(trail, meter, book, new Holdings(null, raise));
        }
        Hold hold = hold(call, ticket, worst, levels, trail);
        if (!(hold.decision() instanceof Hold.Decision.Exhausted exhausted)) {
            return new MeteredReservation(trail, meter, book, new Holdings(hold, raise));
        }
        Estimate counted = counted(call, exhausted);
        if (counted == null) {
            return shorter(call, call.estimate(), hold, raise, trail);
        }
        Load smaller = new Load(counted.worstCase(), Load.tokens(counted), worst.requests());
        trail.facts().put("worst_case_usd", smaller.money().toDecimal()).put("input_counted", true);
        Hold second = hold(call, ticket, smaller, levels, trail);
        if (second.decision() instanceof Hold.Decision.Exhausted) {
            return shorter(call, counted, second, raise, trail);
        }
        return new MeteredReservation(trail, new Meter(counted, smaller), book, new Holdings(second, raise));
    }

    /** The call with shorter answers, if every budget that has too little left wants that rather than none. */
    private Reservation shorter(
            GovernedCall call, Estimate estimate, Hold refused, Holdings.Raise raise, AuditTrail trail)
            throws CallEnded {
        long requests = refused.load().requests();
        Shrinking shrinking =
                new Shrinking(estimate, Load.NOTHING, each -> new Load(each.worstCase(), Load.tokens(each), requests));
        Hold last = refused;
        while (last.decision() instanceof Hold.Decision.Exhausted exhausted) {
            Estimate shorter = shrinking.shorter(exhausted);
            if (shorter == null) {
                throw BudgetRefusal.of(last, exhausted, shrinking.why());
            }
            Load load = new Load(shorter.worstCase(), Load.tokens(shorter), requests);
            last = hold(call, refused.ticket(), load, last.levels(), trail, shrinking.facts(load));
            if (!(last.decision() instanceof Hold.Decision.Exhausted)) {
                return new MeteredReservation(
                        trail, new Meter(shorter, load), book, new Holdings(last, raise), shrinking.cap());
            }
        }
        throw new IllegalStateException("only what was refused is made shorter");
    }

    /** The bound of an input by its size is several times too high: what does not fit may do once it is counted. */
    private static @Nullable Estimate counted(GovernedCall call, Hold.Decision.Exhausted exhausted) {
        Balance before = exhausted.before();
        BudgetUnit unit = exhausted.level().unit();
        if (before == null || unit.kind() == BudgetUnit.Kind.REQUESTS) {
            return null;
        }
        NanoUsd left = unit.dollars(Math.max(0, before.remaining()));
        // What counts tokens says nothing of money; whether they fit then, the second hold tells.
        return call.estimate().counted(left == null ? MeteredReservation.ANYTHING : left);
    }

    /** None, if the call takes nothing of any; otherwise all, since a dearer attempt may take of each. */
    private static List<Level> taken(List<Level> levels, Load worst) {
        for (Level level : levels) {
            if (level.unit().of(worst) > 0) {
                return levels;
            }
        }
        return List.of();
    }

    /** The first level that this would take something of and whose budget is not open. */
    private static @Nullable Level barred(List<Level> levels, Load load) {
        for (Level level : levels) {
            if (!level.budget().status().isOpen() && level.unit().of(load) > 0) {
                return level;
            }
        }
        return null;
    }

    /** In the windows of the first hold, which are those of the call's beginning; by what is said of their budgets now. */
    private Hold.Decision raise(
            GovernedCall call, int ordinal, Load more, @Nullable Hold first, List<Hold> into, AuditTrail trail) {
        Budgets now = budgets.get();
        List<Level> levels = first == null ? now.above(call, clock.instant()) : now.newest(first.levels());
        if (levels.isEmpty()) {
            return new Hold.Decision.Admitted(List.of());
        }
        Level barred = barred(levels, more);
        if (barred != null) {
            return new Hold.Decision.Exhausted(barred, null, false, 0);
        }
        Supplier<Hold> holds = () -> Hold.raise(
                call.subject().tenant(),
                call.id().value(),
                ordinal,
                more,
                levels,
                call.deadline().remaining().plus(EXPIRY_MARGIN),
                call.run());
        Hold fromMemory = holds.get();
        if (call.run() == null && leases.draw(fromMemory)) {
            into.add(fromMemory);
            return fromMemory.decision();
        }
        try (LeaseReturns.Ear ear = returns.listen(fromMemory.windows())) {
            return decided(holds, into, patience(call), ear, trail);
        }
    }

    private Hold.Decision decided(
            Supplier<Hold> holds, List<Hold> into, Deadline patience, LeaseReturns.Ear ear, AuditTrail trail) {
        while (true) {
            Hold hold = holds.get();
            Receipt receipt = trail.post(book, hold);
            into.add(hold);
            receipt.await();
            switch (hold.decision()) {
                case Hold.Decision.Admitted admitted -> {
                    return admitted;
                }
                case Hold.Decision.Exhausted exhausted -> {
                    into.removeLast();
                    if (!exhausted.setAside() || patience.isPast() || !ear.await(RECALL_PAUSE)) {
                        return exhausted;
                    }
                }
                case Hold.Decision.KeyInUse inUse -> {
                    into.removeLast();
                    return inUse;
                }
            }
        }
    }

    private static Deadline patience(GovernedCall call) {
        Duration left = call.deadline().remaining();
        return Deadline.in(left.compareTo(RECALL_PATIENCE) < 0 ? left : RECALL_PATIENCE);
    }

    /** Decided: admitted, or exhausted. */
    private Hold hold(GovernedCall call, @Nullable UUID ticket, Load worst, List<Level> levels, AuditTrail trail)
            throws CallEnded {
        return hold(call, ticket, worst, levels, trail, new Facts());
    }

    /** @param said more for the opening record, if it is admitted */
    private Hold hold(
            GovernedCall call, @Nullable UUID ticket, Load worst, List<Level> levels, AuditTrail trail, Facts said)
            throws CallEnded {
        Supplier<Hold> holds = () -> new Hold(
                        call.subject().tenant(),
                        call.id().value(),
                        worst,
                        levels,
                        call.deadline().remaining().plus(EXPIRY_MARGIN),
                        call.run())
                .under(ticket)
                .untilLater(call.endsLater());
        Hold fromMemory = holds.get();
        // Under a key the hold must be there as soon as the claim is: whoever takes a dead call's place takes its
        // money. What was kept for a ticket is taken over in PostgreSQL, and what ends later is found there.
        if (call.run() == null && ticket == null && !call.endsLater() && leases.draw(fromMemory)) {
            begin(fromMemory, trail, said);
            return fromMemory;
        }
        try (LeaseReturns.Ear ear = returns.listen(fromMemory.windows())) {
            return decided(holds, patience(call), ear, trail, said);
        }
    }

    private Hold decided(Supplier<Hold> holds, Deadline patience, LeaseReturns.Ear ear, AuditTrail trail, Facts said)
            throws CallEnded {
        while (true) {
            Hold hold = holds.get();
            Receipt receipt = trail.admit(book, hold, () -> opening(hold, said), () -> ended(hold));
            awaitDecision(hold, receipt, trail);
            switch (hold.decision()) {
                case Hold.Decision.Admitted ignored -> {
                    trail.admitted(receipt);
                    return hold;
                }
                case Hold.Decision.Exhausted exhausted -> {
                    if (!exhausted.setAside() || patience.isPast() || !ear.await(RECALL_PAUSE)) {
                        return hold;
                    }
                }
                case Hold.Decision.KeyInUse ignored -> throw inUse();
            }
        }
    }

    // The hold itself is written with the call's end, or when that is long in coming; until then the lease stands for
    // it.
    private void begin(Hold drawn, AuditTrail trail, Facts said) {
        try {
            Receipt ignored =
                    trail.admit(BudgetFacts.held(drawn, drawn.admitted()).include(said));
        } catch (EvidenceUnavailable refused) {
            leases.undo(drawn);
            throw refused;
        }
    }

    /** A price and an estimate that cannot be multiplied in 64 bits are beyond any budget. */
    private static Load worst(GovernedCall call) throws CallEnded {
        try {
            return Load.worst(call);
        } catch (ArithmeticException beyond) {
            throw new CallEnded(new CallOutcome.Denied(new Denial(
                    Denial.Stage.BUDGET,
                    Denial.Reason.BUDGET_EXHAUSTED,
                    "the worst case of this call costs more than can be counted; ask for fewer tokens")));
        }
    }

    private static @Nullable Facts opening(Hold hold, Facts said) {
        return switch (hold.decision()) {
            case Hold.Decision.Admitted admitted ->
                BudgetFacts.held(hold, admitted).include(said);
            case Hold.Decision.Exhausted ignored -> null;
            case Hold.Decision.KeyInUse ignored -> null;
        };
    }

    private static List<AuditEvent> ended(Hold hold) {
        return hold.decision() instanceof Hold.Decision.Admitted ? BudgetFacts.ended(hold) : List.of();
    }

    private static CallEnded inUse() {
        return new CallEnded(new CallOutcome.Denied(new Denial(
                Denial.Stage.BUDGET,
                Denial.Reason.KEY_IN_USE,
                "a call under the same idempotency key is running; try again for its answer")));
    }

    private void awaitDecision(Hold hold, Receipt receipt, AuditTrail trail) {
        try {
            receipt.await();
        } catch (EvidenceUnavailable unheard) {
            // The hold may be on disk all the same. The trail's last entry frees it; entries commit in order.
            Settlement release = hold.settlement(Load.NOTHING);
            trail.settle(book, release, () -> BudgetFacts.settled(release));
            throw unheard;
        }
    }
}
