package dev.portreeve.policy.budget;

import java.time.Instant;

/** The primary key of a row of {@code policy.budget_window}. */
record WindowKey(String tenant, String budgetId, Instant start) {}
