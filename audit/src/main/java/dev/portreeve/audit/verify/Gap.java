package dev.portreeve.audit.verify;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Something that the records themselves say is missing or went wrong: the system's own word, signed like everything else, so that
 * it is not taken for silence. No harm to the log.
 *
 * @param kind a word for programs
 * @param tenant whose log
 * @param count how many there are
 * @param index the place of the first
 * @param recordId the first
 * @param detail in words
 */
public record Gap(
        Kind kind,
        String tenant,
        long count,
        @Nullable Long index,
        @Nullable UUID recordId,
        String detail) {
    /** What is known to be missing. */
    public enum Kind {
        /** Calls whose end is in no record of this range. */
        UNFINISHED,
        /** Calls that another process closed for one that died; how they ended is not known. */
        OUTCOME_UNKNOWN,
        /** What a gateway that is gone had set aside of a budget, and may have spent. */
        LEASE_FORFEITED,
        /** A process that started and never said that it stopped: killed, or still running. */
        NOT_STOPPED,
        /** A process that was killed, as another one noticed and recorded. */
        PROCESS_LOST,
        /** A clock that was set back, as its process noticed and recorded: times after it may be lived twice. */
        CLOCK_SET_BACK
    }

    @Override
    public String toString() {
        return "tenant \"" + tenant + "\"" + (index == null ? "" : ", index " + index)
                + (recordId == null ? "" : ", record " + recordId) + ": " + detail;
    }
}
