package dev.portreeve.audit.retention;

import java.util.Map;
import java.util.UUID;

/**
 * What was erased.
 *
 * @param record that says so
 * @param keys of contents that were destroyed; 0 if none had been kept
 * @param elsewhere how much other stores of the gateway had, by store
 */
public record Erasure(UUID record, int keys, Map<String, Integer> elsewhere) {
    public Erasure {
        elsewhere = Map.copyOf(elsewhere);
    }

    /** Something else that keeps what a subject said, and can forget it. Called on the eraser's thread; may block. */
    public interface Store {
        /** As it stands in the record: {@code kept_answers}. */
        String name();

        /**
         * Forgets what it has of this member.
         *
         * @return how many things that were
         */
        int erase(String tenant, String member);
    }
}
