package dev.portreeve.policy.budget;

import dev.portreeve.policy.budget.BudgetReport.Amount;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How one window of a budget was spent, in what the budget counts.
 *
 * @param ends {@code null} for a window without an end
 * @param points in order of time, at most {@link #MAX_POINTS}; each what was spent until then, since the window began
 */
public record BurnDown(
        String budget,
        String unit,
        Instant starts,
        @Nullable Instant ends,
        Amount limit,
        Amount spent,
        Amount held,
        Amount leased,
        List<Point> points) {
    /** A window is cut into as many equal parts; those in which nothing was spent have no point. */
    public static final int MAX_POINTS = 200;

    public BurnDown {
        points = List.copyOf(points);
    }

    /** @param spent until then */
    public record Point(Instant until, Amount spent) {}
}
