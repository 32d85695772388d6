package dev.portreeve.gateway.report;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** Figures in words: numbers with separators, durations and times as people read them. */
final class Wording {
    private static final long MINUTE = 60_000;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;
    private static final int LONGEST = 160;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

    private Wording() {}

    static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    static String duration(long millis) {
        if (millis < 1000) {
            return millis + " ms";
        }
        if (millis < MINUTE) {
            return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
        }
        if (millis < HOUR) {
            return millis / MINUTE + " min " + millis % MINUTE / 1000 + " s";
        }
        return millis < DAY
                ? millis / HOUR + " h " + millis % HOUR / MINUTE + " min"
                : millis / DAY + " d " + millis % DAY / HOUR + " h";
    }

    static String time(Instant at) {
        return TIME.format(at) + " UTC";
    }

    /** A figure as a cell. */
    static String cell(String name, JsonNode value) {
        if (value.isIntegralNumber()) {
            return name.endsWith("_ms") ? duration(value.asLong()) : number(value.asLong());
        }
        if (value.isArray()) {
            return number(value.size()) + (value.size() == 1 ? " row" : " rows");
        }
        if (value.isBoolean()) {
            return value.asBoolean() ? "yes" : "no";
        }
        String text = value.asString("");
        if ((name.equals("at") || name.endsWith("oldest_record")) && !text.isEmpty()) {
            return time(Instant.parse(text));
        }
        if (name.endsWith("_usd") && !text.isEmpty()) {
            return "$" + text;
        }
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
    }

    /** {@code /oversight/median_ms} as a label: {@code median}. */
    static String label(String pointer) {
        String name = pointer.substring(pointer.lastIndexOf('/') + 1);
        return name.replaceFirst("_(ms|usd)$", "").replace('_', ' ');
    }
}
