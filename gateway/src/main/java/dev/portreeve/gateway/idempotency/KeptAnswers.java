package dev.portreeve.gateway.idempotency;

import dev.portreeve.policy.call.Subject;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/** Answers at rest, sealed for their owner. Thread-safe; each method blocks for one statement of the database at most. */
public interface KeptAnswers {
    /** The store could not be asked. */
    final class Unavailable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public Unavailable(Throwable cause) {
            super("answers cannot be stored or read", cause);
        }
    }

    /**
     * Makes an answer durable; nobody is given it before its call's end is durable as well.
     *
     * @param keep how long it can be opened
     * @throws Unavailable if it cannot be stored
     */
    void keep(Subject owner, UUID call, KeptAnswer answer, Duration keep);

    /**
     * The answer of this call; nothing if it is another's, has expired, or was sealed with a key that is gone.
     *
     * @throws Unavailable if it cannot be read
     */
    Optional<KeptAnswer> find(Subject owner, UUID call);
}
