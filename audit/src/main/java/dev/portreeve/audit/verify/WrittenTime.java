package dev.portreeve.audit.verify;

import java.time.DateTimeException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Times as records and manifests write them: RFC 3339 in UTC. Others can be parsed that no calendar can reckon with. */
public final class WrittenTime {
    private WrittenTime() {}

    /** The time that this text is, of a year of four digits; {@code null} if it is none, or there is no text. */
    public static @Nullable Instant parse(@Nullable String text) {
        try {
            return text == null || text.startsWith("-") || text.startsWith("+") ? null : Instant.parse(text);
        } catch (DateTimeException none) {
            return null;
        }
    }

    /** @throws IllegalArgumentException it is no such time */
    static Instant require(String text) {
        Instant time = parse(text);
        if (time == null) {
            throw new IllegalArgumentException("\"" + Plain.text(text) + "\" is no time");
        }
        return time;
    }
}
