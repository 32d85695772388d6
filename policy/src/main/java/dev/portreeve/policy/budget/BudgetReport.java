package dev.portreeve.policy.budget;

import dev.portreeve.policy.call.NanoUsd;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is spent, held and left of every budget at one moment, for people to read; admissions never look at it.
 *
 * @param truncated whether there are more budgets than {@link #MAX_LINES}
 */
public record BudgetReport(Instant at, List<Line> lines, boolean truncated) {
    public static final int MAX_LINES = 1000;

    public BudgetReport {
        lines = List.copyOf(lines);
    }

    /**
     * One budget in its current window.
     *
     * @param spent settled, overrun included
     * @param held by calls that still run
     * @param remaining never below zero
     * @param resetsAt {@code null} for a budget that never starts again
     */
    public record Line(
            String tenant,
            String id,
            BudgetOwner owner,
            BudgetConfig.Window window,
            ZoneId timezone,
            NanoUsd limit,
            NanoUsd spent,
            NanoUsd held,
            NanoUsd remaining,
            @Nullable Instant resetsAt) {}
}
