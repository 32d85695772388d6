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
    private final Shortage shortage;
    /** The window most calls fall into; only saves work. */
    private volatile @Nullable Level current;

    /** @param limit in its unit */
    Budget(
            String id,
            BudgetOwner owner,
            BudgetUnit unit,
            long limit,
            BudgetTurn turn,
            BudgetScope scope,
            Shortage shortage) {
        this.id = id;
        this.owner = owner;
        this.unit = unit;
        this.limit = limit;
        this.turn = turn;
        this.scope = scope;
        this.shortage = shortage;
    }

    /** The window a call of this session is held in, or {@code null} outside of the budget's days. */
    @Nullable
    Level at(Instant moment, String session) {
        Level known = current;
        if (known == null || !known.span().holds(moment)) {
            WindowSpan span = turn.at(moment);
            if (span == null) {
                return null;
            }
            known = new Level(this, span, new WindowKey(owner.tenant(), id, span.start()));
            current = known;
        }
        return scope.eachSession() ? known.of(session) : known;
    }

    String id() {
        return id;
    }

    BudgetOwner owner() {
        return owner;
    }

    BudgetUnit unit() {
        return unit;
    }

    long limit() {
        return limit;
    }

    BudgetTurn turn() {
        return turn;
    }

    BudgetScope scope() {
        return scope;
    }

    /** What becomes of calls of which it has too little left. */
    Shortage shortage() {
        return shortage;
    }

    /** As a person reads it: {@code daily budget of team support for models=fast}. */
    @Override
    public String toString() {
        String label = scope.label();
        return turn.label() + " budget of " + owner + (label.isEmpty() ? "" : " for " + label);
    }
}
