package dev.portreeve.audit.retention;

import java.util.Map;
import java.util.UUID;
import java.util.function.ToIntBiFunction;

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

    /**
     * Something else that keeps what a subject said, and can forget it.
     *
     * @param name as it stands in the record: {@code kept_answers}
     * @param erase forgets what it has of a tenant's member, and gives how many things that were; may block
     */
    public record Store(String name, ToIntBiFunction<String, String> erase) {}
}
