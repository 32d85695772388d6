package dev.portreeve.policy.stop;

import dev.portreeve.audit.Facts;
import java.time.Instant;
import java.util.Locale;

/**
 * That somebody's calls are refused.
 *
 * @param reason for the caller and the record
 * @param by who stopped it
 */
public record Stop(StopOwner owner, Cause cause, String reason, String by, Instant at) {
    /** How long a reason may be. */
    public static final int MAX_REASON = 500;

    /** Who did it. */
    public enum Cause {
        PERSON,
        /** The gateway itself, because the owner ran away. */
        BRAKE;

        /** As it stands in tables and records. */
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Cause of(String code) {
            return valueOf(code.toUpperCase(Locale.ROOT));
        }
    }

    Facts facts() {
        return new Facts()
                .put("cause", cause.code())
                .put("reason", reason)
                .put("by", by)
                .put("at", at.toString());
    }
}
