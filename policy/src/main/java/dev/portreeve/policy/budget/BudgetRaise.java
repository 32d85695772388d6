package dev.portreeve.policy.budget;

import java.time.Instant;
import java.util.UUID;

/**
 * More of a budget for a while.
 *
 * @param amount in what the budget counts
 * @param by who wanted it
 */
public record BudgetRaise(UUID id, BudgetReport.Amount amount, Instant until, String reason, String by) {
    /** So many may be in force at once. */
    static final int MOST = 20;
    /** How far ahead one may end. */
    static final int MOST_DAYS = 366;
}
