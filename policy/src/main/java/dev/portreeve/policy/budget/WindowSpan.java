package dev.portreeve.policy.budget;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import org.jspecify.annotations.Nullable;

/**
 * One turn of a budget's window. The same moment always falls into the same span, whichever replica asks.
 *
 * @param start inclusive, a whole second
 * @param end exclusive; {@code null} for a budget that never starts again
 */
record WindowSpan(Instant start, @Nullable Instant end) {
    /** Names the one window of a rolling budget, whose spending leaves it piece by piece. */
    static final Instant ROLLING_START = Instant.ofEpochSecond(1);

    private static final int HOUR_SECONDS = 3600;
    private static final int QUARTER_MONTHS = 3;

    /**
     * The span {@code moment} falls into. Days, weeks (from Monday), months and quarters begin when the zone's calendar says so: a day
     * may have 23 or 25 hours, and begins at 1:00 where midnight is skipped.
     */
    static WindowSpan at(Instant moment, BudgetConfig.Window window, ZoneId zone) {
        LocalDate day = moment.atZone(zone).toLocalDate();
        return switch (window) {
            case TOTAL -> new WindowSpan(Instant.EPOCH, null);
            case HOURLY -> hour(moment, zone);
            case DAILY -> between(day, day.plusDays(1), zone);
            case WEEKLY -> {
                LocalDate monday = day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
                yield between(monday, monday.plusWeeks(1), zone);
            }
            case MONTHLY -> {
                LocalDate first = day.withDayOfMonth(1);
                yield between(first, first.plusMonths(1), zone);
            }
            case QUARTERLY -> {
                LocalDate first = day.with(day.getMonth().firstMonthOfQuarter()).withDayOfMonth(1);
                yield between(first, first.plusMonths(QUARTER_MONTHS), zone);
            }
            case ROLLING -> new WindowSpan(ROLLING_START, null);
        };
    }

    /** Whether the moment falls into it. */
    boolean holds(Instant moment) {
        return !moment.isBefore(start) && (end == null || moment.isBefore(end));
    }

    private static WindowSpan between(LocalDate from, LocalDate to, ZoneId zone) {
        return new WindowSpan(
                from.atStartOfDay(zone).toInstant(), to.atStartOfDay(zone).toInstant());
    }

    /** By the offset in force, not by local time: local time would give the hour that happens twice one start only. */
    private static WindowSpan hour(Instant moment, ZoneId zone) {
        long offset = zone.getRules().getOffset(moment).getTotalSeconds();
        long start = Math.floorDiv(moment.getEpochSecond() + offset, HOUR_SECONDS) * HOUR_SECONDS - offset;
        return new WindowSpan(Instant.ofEpochSecond(start), Instant.ofEpochSecond(start + HOUR_SECONDS));
    }
}
