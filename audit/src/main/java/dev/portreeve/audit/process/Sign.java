package dev.portreeve.audit.process;

import java.time.Instant;
import java.util.UUID;

/** A change of what is known of a process, written in the transaction of the record that speaks of it. */
sealed interface Sign {
    /** It is there. */
    record Started(UUID process, Instant openSince) implements Sign {}

    /** It says that it stops. */
    record Stopped(UUID process) implements Sign {}

    /** It lives, and its journal stores. */
    final class Alive implements Sign {
        private final UUID process;
        private final Instant openSince;
        private volatile boolean givenUp;

        /** @param openSince no call that it has open began before */
        Alive(UUID process, Instant openSince) {
            this.process = process;
            this.openSince = openSince;
        }

        UUID process() {
            return process;
        }

        Instant openSince() {
            return openSince;
        }

        /** Whether another had taken it for gone. Left by the book. */
        boolean wasGivenUp() {
            return givenUp;
        }

        void decide(boolean wasGivenUp) {
            givenUp = wasGivenUp;
        }
    }

    /** Another one takes it for gone. */
    final class Lost implements Sign {
        private final Silent process;
        private volatile boolean isFirst;

        Lost(Silent process) {
            this.process = process;
        }

        Silent process() {
            return process;
        }

        /** Whether it was still silent, and nobody else had said so. Left by the book. */
        boolean isFirst() {
            return isFirst;
        }

        void decide(boolean first) {
            isFirst = first;
        }
    }

    /**
     * A process that gave no sign of life for long.
     *
     * @param seenAt its last one, as the database keeps it
     * @param openSince no call that it had open then began before
     */
    record Silent(UUID id, Instant startedAt, Instant seenAt, Instant openSince) {}
}
