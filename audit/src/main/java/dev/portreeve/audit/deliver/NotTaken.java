package dev.portreeve.audit.deliver;

import org.jspecify.annotations.Nullable;

/**
 * A receiver did not take what it was sent, or nobody knows whether it did. The message says why in a line, without secrets or
 * contents of records.
 */
public final class NotTaken extends Exception {
    private static final long serialVersionUID = 1L;
    private static final int LONGEST = 400;

    /** What follows from it. */
    public enum Way {
        /** The same is tried again after a while. */
        AGAIN,
        /** Something in the batch is what the receiver does not want: it is tried in smaller ones, down to single records. */
        SMALLER,
        /** A part was taken and a part was not, and which cannot be told: nothing is tried until somebody says so. */
        HELD
    }

    private final Way way;

    public NotTaken(Way way, String message, @Nullable Throwable cause) {
        super(message.length() <= LONGEST ? message : message.substring(0, LONGEST), cause);
        this.way = way;
    }

    public Way way() {
        return way;
    }
}
