package dev.portreeve.policy.budget;

import java.time.Instant;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The money of a tenant as people look at it: what was charged, to whom and for what, and whether the ledger says what the audit
 * records say. Only reads, and never on a caller's way. Thread-safe; every method blocks on the database and throws {@link
 * org.jooq.exception.DataAccessException} if it does not answer.
 */
public final class Accounts {
    private final PostgresStatement statement;
    private final PostgresReconciliation reconciliation;
    private final PostgresBurnDown burnDown;

    /** @param database a pool */
    public Accounts(DataSource database) {
        this.statement = new PostgresStatement(database);
        this.reconciliation = new PostgresReconciliation(database);
        this.burnDown = new PostgresBurnDown(database);
    }

    /**
     * What was charged in a period, the oldest first, from the audit records.
     *
     * @param owner whose calls; {@code null} for all of the tenant
     * @param from inclusive, by the time a call ended
     * @param to exclusive
     * @param after the last row of the page before; {@code null} for the first page
     */
    public Statement statement(
            String tenant, @Nullable BudgetOwner owner, Instant from, Instant to, @Nullable UUID after) {
        return statement.of(tenant, owner, from, to, after);
    }

    /**
     * Adds everything up.
     *
     * @param from inclusive, by the time a call began
     * @param to exclusive
     */
    public Reconciliation reconcile(String tenant, Instant from, Instant to) {
        return reconciliation.of(tenant, from, to);
    }

    /** How a budget was spent in its window that runs now, or nothing if there is no such budget or nobody used it yet. */
    public @Nullable BurnDown burnDown(String tenant, String budget) {
        return burnDown.of(tenant, budget);
    }
}
