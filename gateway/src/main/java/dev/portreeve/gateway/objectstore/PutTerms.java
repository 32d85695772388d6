package dev.portreeve.gateway.objectstore;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * On which terms an object is put.
 *
 * @param onlyNew whether one of this key that is there already stays as it is
 * @param lock until when nobody may change or delete it, or {@code null}; the bucket must allow locks
 */
public record PutTerms(boolean onlyNew, @Nullable Lock lock) {
    /** Only if there is none of this key. */
    public static final PutTerms ONCE = new PutTerms(true, null);
    /** In place of one that is there. */
    public static final PutTerms ANY = new PutTerms(false, null);

    /** A lock of S3's. */
    public record Lock(Mode mode, Instant until) {
        /** What a lock is worth. */
        public enum Mode {
            /** Whoever has the special permission for it may end it. */
            GOVERNANCE,
            /** Nobody ends it before its time, the owner of the account included. */
            COMPLIANCE
        }

        public Lock {
            until = until.truncatedTo(ChronoUnit.SECONDS);
        }

        private Map<String, String> headers() {
            Map<String, String> headers = new LinkedHashMap<>();
            headers.put("x-amz-object-lock-mode", mode.name());
            headers.put("x-amz-object-lock-retain-until-date", until.toString());
            return headers;
        }
    }

    /** What a request that begins an object says of its lock. */
    Map<String, String> lockHeaders() {
        return lock == null ? Map.of() : lock.headers();
    }

    /** What a request that makes an object says of others of its key. */
    Map<String, String> condition() {
        return onlyNew ? Map.of("if-none-match", "*") : Map.of();
    }
}
