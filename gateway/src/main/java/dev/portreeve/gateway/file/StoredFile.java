package dev.portreeve.gateway.file;

import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/**
 * A file that has arrived whole, without its content.
 *
 * @param member whose it is, unique in the tenant
 * @param id as callers name it; begins with {@code file-}
 * @param name as its uploader called it; may be empty
 * @param lines that are not blank
 * @param expiresAt from when on it is gone
 */
public record StoredFile(
        String tenant,
        String member,
        String id,
        String name,
        Purpose purpose,
        long bytes,
        long lines,
        Instant createdAt,
        Instant expiresAt) {
    /** What a file is for; the codes are OpenAI's. */
    public enum Purpose {
        /** The requests of a batch. */
        BATCH("batch"),
        /** What became of them. */
        BATCH_OUTPUT("batch_output");

        private final String code;

        Purpose(String code) {
            this.code = code;
        }

        public String code() {
            return code;
        }

        /** The purpose of this code, or nothing if files are kept for no such purpose. */
        public static Optional<Purpose> of(String code) {
            return Arrays.stream(values())
                    .filter(purpose -> purpose.code.equals(code))
                    .findFirst();
        }
    }
}
