package dev.portreeve.audit.retention;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A legal hold.
 *
 * @param subject {@code user:anna}; {@code null} for everybody of the tenant
 * @param since the earliest record it covers; {@code null} for no bound
 * @param until records of this time and later are not covered; {@code null} for no bound
 * @param released when, by whom and why it ended; {@code null} while it is in force
 */
public record Hold(
        String tenant,
        UUID id,
        @Nullable String subject,
        @Nullable Instant since,
        @Nullable Instant until,
        String reason,
        String placedBy,
        Instant placedAt,
        @Nullable Release released) {
    /** The end of a hold. */
    public record Release(Instant at, String by, String reason) {}

    /**
     * The wish for a hold; as above.
     *
     * @param by who wants it
     */
    public record Order(
            String tenant,
            @Nullable String subject,
            @Nullable Instant since,
            @Nullable Instant until,
            String reason,
            String by) {
        private static final int LONGEST_REASON = 500;
        private static final int LONGEST_NAME = 100;

        /** @throws IllegalArgumentException if it says nothing that could be held */
        public Order {
            requireReason(reason, by);
            if (subject != null) {
                requireSubject(subject);
            }
            if (since != null && until != null && !since.isBefore(until)) {
                throw new IllegalArgumentException("a hold's \"since\" must be before its \"until\"");
            }
        }

        /** @throws IllegalArgumentException if one is missing or too long */
        static void requireReason(String reason, String by) {
            if (reason.isBlank() || reason.length() > LONGEST_REASON) {
                throw new IllegalArgumentException("a reason of 1 to " + LONGEST_REASON + " characters is needed");
            }
            if (by.isBlank() || by.length() > LONGEST_NAME) {
                throw new IllegalArgumentException("who wants it has 1 to " + LONGEST_NAME + " characters");
            }
        }

        /** @throws IllegalArgumentException if nobody can be meant by it */
        static void requireSubject(String subject) {
            if (!subject.matches("(user|agent):.{1,200}")) {
                throw new IllegalArgumentException(
                        "\"" + subject + "\" is nobody: write user:anna or agent:triage-bot");
            }
        }
    }
}
