package dev.portreeve.policy.budget;

import dev.portreeve.policy.signal.PostgresNotifications;

/**
 * Hears that budgets have changed, and acts on it at once: what is frozen is drawn no more, and what was set aside of it goes
 * back. On the one thread of all channels; {@link #look} from any.
 */
public final class BudgetNews implements PostgresNotifications.Listener {
    /** On which PostgreSQL says that budgets have changed. */
    public static final String CHANNEL = "portreeve_budgets";

    private final PostgresBudgets budgets;
    private final LeaseSweeper sweeper;

    public BudgetNews(PostgresBudgets budgets, LeaseSweeper sweeper) {
        this.budgets = budgets;
        this.sweeper = sweeper;
    }

    /**
     * Reads the budgets if any changed, and gives back what nobody may draw from any more.
     *
     * @throws org.jooq.exception.DataAccessException if the database does not answer; what was known stays
     */
    public void look() {
        budgets.refresh();
        sweeper.giveBackBarred();
    }

    @Override
    public void notified(String payload) {
        look();
    }

    @Override
    public void connected() {
        look();
    }
}
