package dev.portreeve.audit.verify;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One thing a verification found.
 *
 * @param tenant whose log
 * @param index the place in that log, where it has one
 * @param recordId the record, where it is known
 * @param detail what is wrong, in words
 */
public record Finding(
        Kind kind,
        String tenant,
        @Nullable Long index,
        @Nullable UUID recordId,
        String detail) {
    /** What is wrong; the last six are no harm. */
    public enum Kind {
        /** Bytes of a record, or its hash in the list, are not those that were signed. */
        ALTERED,
        MISSING,
        DUPLICATED,
        REORDERED,
        /** A record that the log does not know. */
        INSERTED,
        /** A signed head covers more records than there are. */
        TRUNCATED,
        /** A checkpoint is not what was signed. */
        BAD_CHECKPOINT,
        OTHER_KEY,
        /** A head was signed with a key alone that had been taken out of use. */
        RETIRED_KEY,
        /** A record's time lies further before that of an earlier record than clocks allow. */
        BACKDATED,
        /** A head that somebody else holds is of another history. */
        FORKED,
        /** The bundle is not what its manifest says, or the manifest not what was signed. */
        BAD_BUNDLE,
        /** Something needed for the check is absent, so that nothing can be said. */
        UNCHECKABLE,
        /** Records whose time was over; their hashes are there and verify. */
        DROPPED,
        /** A place outside holds a head of this log, as was checked with what whoever verifies knows of it. */
        ANCHORED,
        /** The same as the log says: it was not checked. */
        CLAIMED,
        /** Contents beside the records whose subject was erased. */
        ERASED,
        /** Records that wait for their index or signature, as the newest do for about a second. */
        WAITING
    }

    /** Whether it means that somebody changed the log. */
    public boolean isTampering() {
        return switch (kind) {
            case ALTERED,
                    MISSING,
                    DUPLICATED,
                    REORDERED,
                    INSERTED,
                    TRUNCATED,
                    BAD_CHECKPOINT,
                    OTHER_KEY,
                    RETIRED_KEY,
                    BACKDATED,
                    FORKED,
                    BAD_BUNDLE -> true;
            case UNCHECKABLE, DROPPED, ANCHORED, CLAIMED, ERASED, WAITING -> false;
        };
    }

    /** One line for a person. */
    @Override
    public String toString() {
        StringBuilder line = new StringBuilder("tenant \"").append(tenant).append('"');
        if (index != null) {
            line.append(", index ").append(index);
        }
        if (recordId != null) {
            line.append(", record ").append(recordId);
        }
        return line.append(": ").append(detail).toString();
    }
}
