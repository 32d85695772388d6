package dev.portreeve.policy.budget;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A budget in force. Its id is unique in the tenant of its owner. */
final class Budget {
    /** Before the session, in the id of a count that a session has for itself; no id of a budget has it. */
    static final char SESSION_MARK = '~';

    private final String id;
    private final BudgetOwner owner;
    private final BudgetUnit unit;
    private final long limit;
    private final BudgetTurn turn;
    private final BudgetScope scope;
    private final BudgetTerms terms;
    private final BudgetStatus status;
    private final ExchangeRates rates;
    /** The window and the rate most calls fall into; only saves work. */
    private volatile @Nullable Current current;

    private record Current(Level level, ExchangeRates.Rated rated) {
        boolean holds(Instant moment) {
            return level.span().holds(moment) && rated.holds(moment);
        }
    }

    /**
     * @param unit without a rate
     * @param limit in its unit, with what is raised for a while
     * @param rates of its unit, if that is another currency
     */
    Budget(
            String id,
            BudgetOwner owner,
            BudgetUnit unit,
            long limit,
            BudgetTurn turn,
            BudgetScope scope,
            BudgetTerms terms,
            BudgetStatus status,
            ExchangeRates rates) {
        this.id = id;
        this.owner = owner;
        this.unit = unit;
        this.limit = limit;
        this.turn = turn;
        this.scope = scope;
        this.terms = terms;
        this.status = status;
        this.rates = rates;
    }

    /** The same budget, in another state and with more for a while. */
    Budget with(BudgetStatus made, long raised) {
        return new Budget(id, owner, unit, Balance.saturated(limit, raised), turn, scope, terms, made, rates);
    }

    /** The window a call of this session is held in, or {@code null} outside of the budget's days. */
    @Nullable
    Level at(Instant moment, String session) {
        Current known = current;
        if (known == null || !known.holds(moment)) {
            WindowSpan span = turn.at(moment);
            if (span == null) {
                return null;
            }
            ExchangeRates.Rated rated = rates.at(moment, unit, turn.zone());
            WindowKey key = new WindowKey(owner.tenant(), id, span.start());
            known = new Current(new Level(this, rated.unit(), span, key), rated);
            current = known;
        }
        return scope.eachSession() ? known.level().of(session) : known.level();
    }

    String id() {
        return id;
    }

    BudgetOwner owner() {
        return owner;
    }

    /** Without a rate, which levels have. */
    BudgetUnit unit() {
        return unit;
    }

    /** What it counts at that moment, with the rate of that day. */
    BudgetUnit unitAt(Instant moment) {
        return rates.at(moment, unit, turn.zone()).unit();
    }

    /** Of a soft budget: what its warnings are about. */
    long limit() {
        return limit;
    }

    /** Up to where calls are let through. */
    long ceiling() {
        return isSoft() ? BudgetWarnings.NO_LIMIT : limit;
    }

    boolean isSoft() {
        return terms.warnings().only();
    }

    BudgetWarnings warnings() {
        return terms.warnings();
    }

    BudgetTurn turn() {
        return turn;
    }

    BudgetScope scope() {
        return scope;
    }

    /** What becomes of calls of which it has too little left. */
    Shortage shortage() {
        return terms.shortage();
    }

    /** At most so much of what was left of a window is added to the next. */
    long rollover() {
        return terms.rollover();
    }

    BudgetStatus status() {
        return status;
    }

    /** As a person reads it: {@code daily budget of team support for models=fast}. */
    @Override
    public String toString() {
        String label = scope.label();
        return turn.label() + " budget of " + owner + (label.isEmpty() ? "" : " for " + label);
    }
}
