package dev.portreeve.policy.session;

import java.time.Duration;
import java.util.Locale;

/**
 * How long rules remember what a session has done, and what counts as a session.
 *
 * @param labelsLast how long a label holds after the last call that set it, 1m to 30d; 24h if absent
 * @param labelsOf {@code session}: a session that a caller names in a header has labels of its own; {@code key}: whatever its calls are named, a key
 *     has one set of labels, for callers that would name another session to be rid of them
 */
public record SessionConfig(Duration labelsLast, LabelsOf labelsOf) {
    private static final Duration LEAST = Duration.ofMinutes(1);
    private static final Duration MOST = Duration.ofDays(30);

    public static final SessionConfig DEFAULT = new SessionConfig(Duration.ofHours(24), LabelsOf.SESSION);

    /** What has labels of its own. */
    public enum LabelsOf {
        SESSION,
        KEY
    }

    public SessionConfig {
        labelsLast = labelsLast == null ? Duration.ofHours(24) : labelsLast;
        labelsOf = labelsOf == null ? LabelsOf.SESSION : labelsOf;
        if (labelsLast.compareTo(LEAST) < 0 || labelsLast.compareTo(MOST) > 0) {
            throw new IllegalArgumentException(
                    "labels-last is \"" + labelsLast.toString().toLowerCase(Locale.ROOT) + "\": it must be 1m to 30d");
        }
    }
}
