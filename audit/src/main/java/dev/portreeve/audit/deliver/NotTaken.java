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
        /** It broke off or took too long, perhaps because it was so much: half as much is tried after a while. */
        LESS,
        /** Something in the batch is what the receiver does not want: it is tried in smaller ones, down to single records. */
        SMALLER,
        /** A part was taken and a part was not, and which cannot be told: nothing is tried until somebody says so. */
        HELD
    }

    private final Way way;

    public NotTaken(Way way, String message, @Nullable Throwable cause) {
        super(harmless(message), cause);
        this.way = way;
    }

    /** A receiver's own mistake: what it is stays with the tenant whose records bring it about. */
    static NotTaken because(RuntimeException broken) {
        return new NotTaken(
                Way.AGAIN,
                "the receiver failed in a way nobody thought of: "
                        + broken.getClass().getSimpleName(),
                broken);
    }

    /** Parts of it may be what a stranger said: it goes into a line of a log and a column of text. */
    private static String harmless(String message) {
        String line = message.replaceAll("[\\p{Cntrl}\\p{Cs}\\u2028\\u2029]+", " ");
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST);
    }

    public Way way() {
        return way;
    }
}
