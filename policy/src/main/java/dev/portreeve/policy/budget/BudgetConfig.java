package dev.portreeve.policy.budget;

import dev.portreeve.policy.call.NanoUsd;
import java.math.BigDecimal;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Locale;

/**
 * A limit on spending by its owner and everybody below.
 *
 * @param limitUsd dollars per window
 * @param window when the count starts again
 * @param timezone whose midnight begins a window
 */
public record BudgetConfig(BigDecimal limitUsd, Window window, ZoneId timezone) {
    /** The length of a budget's window; calendar windows begin at midnight of the budget's time zone. */
    public enum Window {
        TOTAL,
        HOURLY,
        DAILY,
        WEEKLY,
        MONTHLY;

        /** As it stands in tables, ids and records. */
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public BudgetConfig {
        if (limitUsd == null || limitUsd.signum() < 0) {
            throw new IllegalArgumentException("a budget needs limit-usd, at least 0");
        }
        try {
            NanoUsd.ofUsd(limitUsd);
        } catch (ArithmeticException unfit) {
            throw new IllegalArgumentException(
                    "limit-usd " + limitUsd + " is finer than a nano-dollar or beyond nine billion dollars", unfit);
        }
        window = window == null ? Window.TOTAL : window;
        timezone = timezone == null ? ZoneOffset.UTC : timezone;
    }

    public NanoUsd limit() {
        return NanoUsd.ofUsd(limitUsd);
    }
}
