package dev.portreeve.gateway.config;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How long something lives, as people write it: a number with s, m, h or d. */
public final class LifeSpan {
    /** What to say of a text that is none. */
    public static final String FORM = "a number with s, m, h or d, such as 30d";

    private static final Pattern FORMED = Pattern.compile("(\\d{1,5})([smhd])");

    private LifeSpan() {}

    /** Nothing if the text is none. */
    public static Optional<Duration> parse(String text) {
        Matcher matcher = FORMED.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long amount = Long.parseLong(matcher.group(1));
        return Optional.of(
                switch (matcher.group(2)) {
                    case "s" -> Duration.ofSeconds(amount);
                    case "m" -> Duration.ofMinutes(amount);
                    case "h" -> Duration.ofHours(amount);
                    default -> Duration.ofDays(amount);
                });
    }
}
