package dev.portreeve.policy.budget;

import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.Receipt;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.call.NanoUsd;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * A call of a history that was admitted, and what must become of its money. That is worked out here from what the provider
 * billed, not from what the ledger says.
 */
final class HistoryCall {
    /** How far the call's money is known. */
    enum State {
        RUNNING,
        /** Its end was journalled, and is or will be on disk: what the provider billed is charged. */
        ENDED,
        /** It ended and used nothing, and its hold is kept for its ticket. */
        PARKED,
        /** Its replica lives, but the records of its end were refused: its whole hold will be charged. */
        UNHEARD,
        /** Its replica died before its end was on disk. */
        CRASHED,
        /** Its whole hold was charged. */
        ASSUMED,
        /** It had not come to write its hold when its replica died: what was left of the lease was charged instead. */
        FORFEITED
    }

    final HistoryReplica replica;
    final GovernedCall call;
    /** As it runs: with shorter answers than it asked for, perhaps. */
    final Estimate estimate;

    final AuditTrail trail;
    final Reservation reservation;
    final List<Level> levels;
    /** What the call holds: at its beginning, and one more for each raise. */
    final List<Load> holds = new ArrayList<>();

    private volatile State state = State.RUNNING;
    private volatile Load billed = Load.NOTHING;
    private volatile Receipt end;
    private volatile Instant chargedAt;

    HistoryCall(
            HistoryReplica replica,
            GovernedCall call,
            Estimate estimate,
            AuditTrail trail,
            Reservation reservation,
            List<Level> levels,
            Load worst) {
        this.replica = replica;
        this.call = call;
        this.estimate = estimate;
        this.trail = trail;
        this.reservation = reservation;
        this.levels = levels;
        holds.add(worst);
    }

    /** Whether its answers were made shorter. */
    boolean isShorter() {
        return estimate.outputTokens() < call.estimate().outputTokens();
    }

    /** Under which it may be kept; it is its own. */
    UUID ticket() {
        return id();
    }

    UUID id() {
        return call.id().value();
    }

    State state() {
        return state;
    }

    /** @param receipt of what nobody waited for; {@code null} if it is on disk */
    void ended(Load bill, Receipt receipt, Instant now) {
        billed = bill;
        end = receipt;
        chargedAt = now;
        state = State.ENDED;
    }

    /** @param bill what the provider wants for it, which nobody here heard of */
    void ended(State unknown, Load bill, Instant now) {
        billed = bill;
        chargedAt = now;
        state = unknown;
    }

    /** What the provider wants for it. */
    Load billed() {
        return billed;
    }

    /** Whether another replica may find its money held still. */
    boolean isOpen() {
        return switch (state) {
            case RUNNING, PARKED, UNHEARD, CRASHED -> true;
            case ENDED -> end != null && !end.isDurable();
            case ASSUMED, FORFEITED -> false;
        };
    }

    Instant chargedAt() {
        return chargedAt;
    }

    Load held() {
        return holds.stream().reduce(Load.NOTHING, Load::plus);
    }

    long held(int level) {
        BudgetUnit unit = levels.get(level).unit();
        return holds.stream().mapToLong(unit::of).sum();
    }

    /** What is charged of what was held. */
    long settled(int level) {
        return switch (state) {
            case ENDED -> charged(level) - overrun(level);
            case ASSUMED -> held(level);
            case RUNNING, PARKED, UNHEARD, CRASHED, FORFEITED -> 0;
        };
    }

    /** What is charged above. */
    long overrun(int level) {
        return state == State.ENDED ? Math.max(0, charged(level) - held(level)) : 0;
    }

    /** Of each hold as much of the bill as it has, of the last the rest: another currency is rounded up for each. */
    private long charged(int level) {
        BudgetUnit unit = levels.get(level).unit();
        long sum = 0;
        Load rest = billed;
        for (Load hold : holds.subList(0, holds.size() - 1)) {
            Load part = rest.within(hold);
            sum += unit.of(part);
            rest = part.missing(rest);
        }
        return sum + unit.of(rest);
    }

    /** What the call's last record must say. */
    NanoUsd recorded() {
        return state == State.ASSUMED ? held().money() : billed.money();
    }

    @Override
    public String toString() {
        return id() + " " + state + " held " + holds + " billed " + billed;
    }
}
