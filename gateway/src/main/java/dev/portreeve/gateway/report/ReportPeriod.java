package dev.portreeve.gateway.report;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The time a report is about, in UTC.
 *
 * @param name as it was asked for
 * @param from its first instant
 * @param to the first instant after it
 */
public record ReportPeriod(String name, Instant from, Instant to) {
    private static final Pattern NAMED = Pattern.compile("(\\d{4})(?:-Q([1-4])|-(\\d{2}))?");
    private static final int MONTHS_OF_QUARTER = 3;
    private static final int MONTHS_OF_YEAR = 12;

    public ReportPeriod {
        if (!from.isBefore(to)) {
            throw new IllegalArgumentException("the period ends at " + to + ", before it begins");
        }
    }

    /**
     * Reads {@code 2026}, {@code 2026-Q4} or {@code 2026-11}.
     *
     * @throws IllegalArgumentException with a message for the one who typed it
     */
    public static ReportPeriod parse(String text) {
        Matcher named = NAMED.matcher(text);
        try {
            if (named.matches()) {
                int year = Integer.parseInt(named.group(1));
                if (named.group(2) != null) {
                    int first = (Integer.parseInt(named.group(2)) - 1) * MONTHS_OF_QUARTER + 1;
                    return months(text, LocalDate.of(year, first, 1), MONTHS_OF_QUARTER);
                }
                return named.group(3) == null
                        ? months(text, LocalDate.of(year, 1, 1), MONTHS_OF_YEAR)
                        : months(text, LocalDate.of(year, Integer.parseInt(named.group(3)), 1), 1);
            }
        } catch (DateTimeException ignored) {
            // A month that no year has: said below.
        }
        throw new IllegalArgumentException("\"" + text
                + "\" is no period: name a year, a quarter or a month, such as 2026, 2026-Q4 or 2026-11, or give --from"
                + " and --to");
    }

    /**
     * From one time to another.
     *
     * @param from a day, which begins at midnight in UTC, or a time such as 2026-11-01T12:00:00Z
     * @param to as {@code from}; not included
     * @throws IllegalArgumentException with a message for the one who typed it
     */
    public static ReportPeriod between(String from, String to) {
        return new ReportPeriod(from + " to " + to, instant(from), instant(to));
    }

    boolean contains(Instant at) {
        return !at.isBefore(from) && at.isBefore(to);
    }

    private static ReportPeriod months(String name, LocalDate first, int count) {
        return new ReportPeriod(
                name,
                first.atStartOfDay().toInstant(ZoneOffset.UTC),
                first.plusMonths(count).atStartOfDay().toInstant(ZoneOffset.UTC));
    }

    private static Instant instant(String text) {
        try {
            return text.contains("T")
                    ? Instant.parse(text)
                    : LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC);
        } catch (DateTimeException wrong) {
            throw new IllegalArgumentException(
                    "\"" + text
                            + "\" is neither a day such as 2026-11-01 (UTC) nor a time such as 2026-11-01T12:00:00Z",
                    wrong);
        }
    }
}
