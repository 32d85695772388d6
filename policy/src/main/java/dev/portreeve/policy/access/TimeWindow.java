package dev.portreeve.policy.access;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.zone.ZoneRulesException;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Hours of some days of the week, as a clock on a wall of the zone shows them: when clocks are set back, an hour that comes twice is
 * inside or outside both times. A window past midnight belongs to the day it begins on. Immutable.
 */
public final class TimeWindow {
    private static final Pattern FORM = Pattern.compile("(?:([A-Za-z,-]+) +)?(\\d{2}):(\\d{2})-(\\d{2}):(\\d{2})");
    private static final Pattern DAYS = Pattern.compile("([A-Za-z]{3})(?:-([A-Za-z]{3}))?");
    private static final List<String> NAMES = List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");
    private static final int HOUR = 60;
    private static final int DAY = 24 * HOUR;
    private static final String EXPECTED = "is not of the form \"Mon-Fri 08:00-18:00 Europe/Berlin\"";

    private final Set<DayOfWeek> days;
    private final int from;
    private final int to;
    private final ZoneId zone;

    private TimeWindow(Set<DayOfWeek> days, int from, int to, ZoneId zone) {
        this.days = days;
        this.from = from;
        this.to = to;
        this.zone = zone;
    }

    /**
     * @param text days, hours and zone: {@code Mon-Fri 08:00-18:00 Europe/Berlin}, {@code Sat,Sun 00:00-24:00 UTC}; without days it is
     *     about each day
     * @throws IllegalArgumentException saying what is wrong
     */
    public static TimeWindow parse(String text) {
        int blank = text.strip().lastIndexOf(' ');
        if (blank < 0 || text.strip().substring(blank + 1).matches(".*\\d{2}:\\d{2}-.*")) {
            throw new IllegalArgumentException("\"" + text + "\" " + EXPECTED + ": it needs a timezone");
        }
        return parse(text.strip().substring(0, blank), text.strip().substring(blank + 1));
    }

    /** @throws IllegalArgumentException saying what is wrong */
    static TimeWindow parse(String hours, String zone) {
        Matcher form = FORM.matcher(hours.strip());
        if (!form.matches()) {
            throw new IllegalArgumentException("\"" + hours + " " + zone + "\" " + EXPECTED);
        }
        int from = minute(form.group(2), form.group(3));
        int to = minute(form.group(4), form.group(5));
        if (from == to || from == DAY) {
            throw new IllegalArgumentException("\"" + hours + "\" is empty: for whole days write 00:00-24:00");
        }
        return new TimeWindow(days(form.group(1)), from, to, zone(zone));
    }

    private static ZoneId zone(String name) {
        try {
            return ZoneId.of(name);
        } catch (ZoneRulesException unknown) {
            throw new IllegalArgumentException("there is no timezone \"" + name + "\"", unknown);
        } catch (DateTimeException malformed) {
            throw new IllegalArgumentException("\"" + name + "\" is no timezone", malformed);
        }
    }

    private static int minute(String hours, String minutes) {
        int minute = Integer.parseInt(hours) * HOUR + Integer.parseInt(minutes);
        if (Integer.parseInt(minutes) >= HOUR || minute > DAY) {
            throw new IllegalArgumentException("there is no time " + hours + ":" + minutes);
        }
        return minute;
    }

    private static Set<DayOfWeek> days(@Nullable String text) {
        if (text == null) {
            return EnumSet.allOf(DayOfWeek.class);
        }
        Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
        for (String part : text.split(",", -1)) {
            Matcher range = DAYS.matcher(part);
            if (!range.matches()) {
                throw new IllegalArgumentException("\"" + text + "\" are no days: write them as Mon-Fri or Sat,Sun");
            }
            DayOfWeek first = day(range.group(1));
            DayOfWeek last = range.group(2) == null ? first : day(range.group(2));
            for (DayOfWeek day = first; ; day = day.plus(1)) {
                days.add(day);
                if (day == last) {
                    break;
                }
            }
        }
        return days;
    }

    private static DayOfWeek day(String name) {
        int index = NAMES.indexOf(name.toLowerCase(Locale.ROOT));
        if (index < 0) {
            throw new IllegalArgumentException(
                    "there is no day \"" + name + "\": write Mon, Tue, Wed, Thu, Fri, Sat or Sun");
        }
        return DayOfWeek.of(index + 1);
    }

    /** Whether it is one of these hours. */
    public boolean contains(Instant instant) {
        LocalDateTime wall = LocalDateTime.ofInstant(instant, zone);
        int minute = wall.getHour() * HOUR + wall.getMinute();
        DayOfWeek day = wall.getDayOfWeek();
        if (from < to) {
            return days.contains(day) && minute >= from && minute < to;
        }
        return (days.contains(day) && minute >= from) || (days.contains(day.minus(1)) && minute < to);
    }
}
