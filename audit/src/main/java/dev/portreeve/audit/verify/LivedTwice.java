package dev.portreeve.audit.verify;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Times that a clock showed twice because it was set back, as the log itself says. Records of such a time may come after later ones.
 * Bounded: of a log that names more, the others are taken for what they seem. For one thread.
 */
final class LivedTwice {
    private static final int MOST = 256;
    /** A record has the time of its event, which may be a little before the clock was looked at. */
    private static final Duration SLACK = Duration.ofMinutes(1);

    private final List<Span> spans = new ArrayList<>();

    private record Span(Instant from, Instant to) {}

    /**
     * A clock that was set back.
     *
     * @param to to this time
     * @param before from this one
     */
    void add(Instant to, @Nullable Instant before) {
        if (before != null && spans.size() < MOST) {
            spans.add(new Span(to.minus(SLACK), before));
        }
    }

    boolean has(Instant time) {
        for (Span span : spans) {
            if (!time.isBefore(span.from) && !time.isAfter(span.to)) {
                return true;
            }
        }
        return false;
    }
}
