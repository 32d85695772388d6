package dev.portreeve.policy.idempotency;

import dev.portreeve.policy.call.IdempotentRun;
import java.util.Optional;
import java.util.UUID;

/** Which calls ran under which keys. Thread-safe; looking blocks for one statement of the database. */
public interface IdempotentRuns {
    /** The store could not be asked. */
    final class Unavailable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public Unavailable(Throwable cause) {
            super("it cannot be looked up what ran under an idempotency key", cause);
        }
    }

    /**
     * What ran under a key, or runs; nothing once its answer has expired.
     *
     * @throws Unavailable if nobody can say
     */
    Optional<FoundRun> find(IdempotentRun.Key key);

    /** Says until closed that this call lives, so that nobody takes its place. Never blocks. */
    Living living(IdempotentRun.Key key, UUID call);

    /** Closed when the call has ended, however it did. */
    interface Living extends AutoCloseable {
        @Override
        void close();
    }
}
