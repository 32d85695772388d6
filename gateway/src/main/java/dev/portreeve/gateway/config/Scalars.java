package dev.portreeve.gateway.config;

import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Secret;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a value of the file as the type its key has. */
final class Scalars {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");
    /** Bounded on purpose: an exponent could ask for gigabytes of digits. */
    private static final Pattern DECIMAL = Pattern.compile("-?\\d{1,18}(\\.\\d{1,9})?");

    private Scalars() {}

    static boolean isScalar(Class<?> type) {
        return type.isEnum()
                || List.of(
                                String.class,
                                Secret.class,
                                int.class,
                                Integer.class,
                                long.class,
                                Long.class,
                                boolean.class,
                                Boolean.class,
                                BigDecimal.class,
                                NanoUsd.class,
                                Duration.class,
                                URI.class,
                                Path.class,
                                ZoneId.class,
                                LocalDate.class,
                                HostPort.class)
                        .contains(type);
    }

    /**
     * @param folder what relative paths are relative to
     * @throws IllegalArgumentException the text is not of that type
     */
    static Object read(Class<?> type, String text, Path folder) {
        if (type.isEnum()) {
            return constant(type, text);
        }
        return switch (type.getSimpleName()) {
            case "String" -> text;
            case "Secret" -> new Secret(text);
            case "int", "Integer" -> (int) whole(text, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case "long", "Long" -> whole(text, Long.MIN_VALUE, Long.MAX_VALUE);
            case "boolean", "Boolean" -> truth(text);
            case "BigDecimal" -> decimal(text);
            case "NanoUsd" -> NanoUsd.ofUsd(decimal(text));
            case "Duration" -> duration(text);
            case "URI" -> uri(text);
            case "Path" -> path(text, folder);
            case "ZoneId" -> zone(text);
            case "LocalDate" -> day(text);
            case "HostPort" -> HostPort.parse(text);
            default -> throw new IllegalStateException("no reader for " + type);
        };
    }

    /** What a key of this type takes, for messages and the reference page. */
    static String describe(Class<?> type) {
        if (type.isEnum()) {
            return "one of " + String.join(", ", constants(type));
        }
        return switch (type.getSimpleName()) {
            case "int", "Integer", "long", "Long" -> "a whole number";
            case "boolean", "Boolean" -> "true or false";
            case "BigDecimal", "NanoUsd" -> "a decimal number such as 0.15";
            case "Duration" -> "a duration such as 15m (units ms, s, m, h, d)";
            case "URI" -> "a URL";
            case "Path" -> "a path";
            case "ZoneId" -> "a time zone such as Europe/Berlin";
            case "LocalDate" -> "a day such as 2026-12-31";
            case "HostPort" -> "an address such as 127.0.0.1:8080";
            case "Secret" -> "a secret";
            default -> "text";
        };
    }

    static List<String> constants(Class<?> type) {
        return Arrays.stream(type.getEnumConstants())
                .map(constant ->
                        ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .toList();
    }

    private static Object constant(Class<?> type, String text) {
        int index = constants(type).indexOf(text);
        if (index < 0) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not " + describe(type) + nearest(text, constants(type)));
        }
        return type.getEnumConstants()[index];
    }

    private static String nearest(String text, List<String> valid) {
        String nearest = Spelling.nearest(text, valid);
        return nearest == null ? "" : ", did you mean \"" + nearest + "\"";
    }

    private static long whole(String text, long min, long max) {
        if (!text.matches("-?\\d{1,18}") || Long.parseLong(text) < min || Long.parseLong(text) > max) {
            throw new IllegalArgumentException("\"" + text + "\" is not a whole number");
        }
        return Long.parseLong(text);
    }

    private static Boolean truth(String text) {
        if (!text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException("\"" + text + "\" is neither true nor false");
        }
        return text.equals("true");
    }

    private static BigDecimal decimal(String text) {
        if (!DECIMAL.matcher(text).matches()) {
            throw new IllegalArgumentException("\"" + text + "\" is not a decimal number such as 0.15");
        }
        return new BigDecimal(text);
    }

    private static Duration duration(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("\"" + text + "\" is not a duration such as 15m (units ms, s, m, h, d)");
        }
        long amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
    }

    private static URI uri(String text) {
        try {
            URI uri = URI.create(text);
            if (uri.isAbsolute()) {
                return uri;
            }
        } catch (IllegalArgumentException notOne) {
            throw new IllegalArgumentException("\"" + text + "\" is not a URL", notOne);
        }
        throw new IllegalArgumentException("\"" + text + "\" is not a URL: it has no scheme such as https:");
    }

    private static Path path(String text, Path folder) {
        try {
            return folder.resolve(text).normalize();
        } catch (InvalidPathException notOne) {
            throw new IllegalArgumentException("\"" + text + "\" is not a path", notOne);
        }
    }

    private static LocalDate day(String text) {
        try {
            return LocalDate.parse(text);
        } catch (DateTimeException notOne) {
            throw new IllegalArgumentException("\"" + text + "\" is not a day such as 2026-12-31", notOne);
        }
    }

    private static ZoneId zone(String text) {
        try {
            return ZoneId.of(text);
        } catch (DateTimeException notOne) {
            String nearest = Spelling.nearest(text, ZoneId.getAvailableZoneIds());
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not a time zone"
                            + (nearest == null ? "" : ", did you mean \"" + nearest + "\""),
                    notOne);
        }
    }
}
