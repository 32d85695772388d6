package dev.portreeve.audit.anchor;

import dev.portreeve.audit.log.SignedNote;
import dev.portreeve.audit.proof.Continuation;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A place outside the database where heads of the tree over all tenants' heads are put, and stay: that one head speaks for every tenant's
 * log. Thread-safe; blocks, each call for a bounded time.
 *
 * <p>INVARIANT: what was put at an anchor is never replaced: where another head of the same size is, the call is refused.
 */
public interface Anchor {
    /** Unique among the anchors of a log; lower case letters, digits and dashes. */
    String name();

    /** What kind of place it is, for a receipt. */
    Kind kind();

    /**
     * Puts a head there. A head that is there already is confirmed again, so a call whose answer was lost can be repeated.
     *
     * @param next the newest signed head, and that it continues the one this anchor confirmed last (0 if none)
     * @param log for an anchor that knows the log at another size
     * @throws AnchorRefused what is there contradicts this log, or it will never take its heads: a person must look
     * @throws IOException it cannot be said whether it is there; to be tried again
     */
    Confirmation put(Continuation next, Continuations log) throws AnchorRefused, IOException;

    /** Kinds of places, by the code they have in receipts. */
    enum Kind {
        FILE("file"),
        OBJECT("object"),
        TIMESTAMP("timestamp"),
        WITNESS("witness");

        private final String code;

        Kind(String code) {
            this.code = code;
        }

        /** As it stands in the database, in records and in bundles. */
        public String code() {
            return code;
        }
    }

    /**
     * What an anchor confirmed.
     *
     * @param head the signed head it is about
     * @param at by the anchor's clock where it says a time, by ours otherwise
     * @param place where to look, for a person: an address without what may be a secret in it, a path
     * @param proof what it gave as proof: a time stamp token, signature lines; empty where what lies there is the proof
     */
    record Confirmation(SignedNote head, Instant at, String place, byte[] proof) {
        /** It stands in a line of a bundle. */
        static final int MOST_PROOF = 32 * 1024;

        private static final int MOST_PLACE = 2000;
        private static final Instant EARLIEST = Instant.parse("2020-01-01T00:00:00Z");
        private static final Instant LATEST = Instant.parse("2200-01-01T00:00:00Z");

        /** @throws IllegalArgumentException what nobody can keep, or at no time */
        public Confirmation {
            if (proof.length > MOST_PROOF) {
                throw new IllegalArgumentException("what it gives as proof has " + proof.length + " bytes, more than "
                        + MOST_PROOF + " are not kept");
            }
            if (at.isBefore(EARLIEST) || at.isAfter(LATEST)) {
                throw new IllegalArgumentException("the time it says, " + at + ", is none of ours");
            }
            place = place.length() <= MOST_PLACE ? place : place.substring(0, MOST_PLACE);
        }
    }

    /** An address as a place: without its query, which may hold a key. */
    static String place(URI url) {
        String text = url.toString();
        int query = text.indexOf('?');
        return query < 0 ? text : text.substring(0, query);
    }

    /** The log as it continues from any of its sizes. */
    @FunctionalInterface
    interface Continuations {
        /**
         * The newest signed head and that it continues the log of that size; {@code null} if the log is smaller.
         *
         * @throws IOException if the log cannot be read, or is damaged
         */
        @Nullable
        Continuation from(long size) throws IOException;
    }
}
