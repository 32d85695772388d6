package dev.portreeve.policy.budget;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * When a budget bounds anything, and when its count starts again.
 *
 * @param rolling the length of a rolling window, and {@code null} for the others
 * @param from the first day in its zone; {@code null}: since ever
 * @param until the last day in its zone; {@code null}: for ever
 */
record BudgetTurn(
        BudgetConfig.Window window,
        ZoneId zone,
        @Nullable Duration rolling,
        @Nullable LocalDate from,
        @Nullable LocalDate until) {
    /** Of a rolling window: so many rows a budget has at most, and one or two more. */
    static final int PIECES = 60;

    /** The window at a moment, cut where the budget begins and ends; {@code null} where it bounds nothing. */
    @Nullable
    WindowSpan at(Instant moment) {
        Instant begin = from == null ? null : from.atStartOfDay(zone).toInstant();
        Instant end =
                until == null ? null : until.plusDays(1).atStartOfDay(zone).toInstant();
        if ((begin != null && moment.isBefore(begin)) || (end != null && !moment.isBefore(end))) {
            return null;
        }
        WindowSpan whole = WindowSpan.at(moment, window, zone);
        Instant ends = whole.end();
        // The start stays as it is: it names the window, and days before the first one have counted nothing.
        return end != null && (ends == null || end.isBefore(ends)) ? new WindowSpan(whole.start(), end) : whole;
    }

    /**
     * When a rolling budget stops counting what is spent now: at the end of the piece of time that now falls into, and its
     * length later. So at any moment all that was spent within the length before it counts, and at most a sixtieth more.
     */
    Instant countsUntil(Instant now) {
        long length = rolling == null ? 0 : rolling.toSeconds();
        long step = Math.max(1, length / PIECES);
        return Instant.ofEpochSecond((Math.floorDiv(now.getEpochSecond(), step) + 1) * step + length);
    }

    /** As a person reads it: {@code daily}, {@code rolling 5h}. */
    String label() {
        return rolling == null ? window.code() : window.code() + "-" + length(rolling);
    }

    private static String length(Duration time) {
        long seconds = time.toSeconds();
        if (seconds % 86_400 == 0) {
            return seconds / 86_400 + "d";
        }
        if (seconds % 3600 == 0) {
            return seconds / 3600 + "h";
        }
        return seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
    }
}
