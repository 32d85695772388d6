package dev.portreeve.policy.call;

import java.time.ZoneId;
import java.util.Locale;

/**
 * What a key gives the one it makes to spend: a budget of its own, beside all those above. Immutable.
 *
 * @param limit dollars in each window
 * @param zone whose midnight begins a window
 */
public record Carve(NanoUsd limit, Window window, ZoneId zone) {
    /** When its count starts again. */
    public enum Window {
        TOTAL,
        HOURLY,
        DAILY,
        WEEKLY,
        MONTHLY,
        QUARTERLY;

        /** As it stands in requests, tables and records. */
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
