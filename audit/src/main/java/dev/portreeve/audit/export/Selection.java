package dev.portreeve.audit.export;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What to export.
 *
 * @param tenant one tenant, or {@code null} for all
 * @param since the first index
 * @param from records whose time is this or later; {@code null} from the beginning
 * @param to records whose time is before this; {@code null} to the newest signed one
 */
public record Selection(
        @Nullable String tenant,
        long since,
        @Nullable Instant from,
        @Nullable Instant to) {
    public Selection {
        if (since < 0) {
            throw new IllegalArgumentException("an index is not below 0");
        }
        if (from != null && to != null && !from.isBefore(to)) {
            throw new IllegalArgumentException("the range from " + from + " to " + to + " is empty");
        }
        if (since > 0 && (from != null || to != null)) {
            throw new IllegalArgumentException("give a first index or times, not both");
        }
    }

    /** All that is signed. */
    public static Selection everything() {
        return new Selection(null, 0, null, null);
    }
}
