package dev.portreeve.policy.key;

import dev.portreeve.policy.call.Subject;

/** What became of a presented credential. Edges render it in one exhaustive switch. */
public sealed interface Authentication {
    /** It is a living key of this subject. */
    record Authenticated(Subject subject) implements Authentication {}

    /**
     * It is not; the edge answers 401. Recorded already.
     *
     * @param detail for the caller, in plain words, without any part of what was presented
     */
    record Rejected(Reason reason, String detail) implements Authentication {}

    /** The keys cannot be read now, so nobody can be let in; the edge answers 503. */
    record Unavailable(String detail) implements Authentication {}

    /** Why a credential was rejected; {@link #code()} stands in records and answers and has a page in the docs. */
    enum Reason {
        MISSING("key_missing"),
        MALFORMED("key_malformed"),
        /** A typing mistake, seen without a lookup. */
        CHECKSUM("key_checksum"),
        /** No such key, or not its secret. */
        UNKNOWN("key_unknown"),
        EXPIRED("key_expired"),
        /** Revoked itself, or its owner left the organisation. */
        REVOKED("key_revoked");

        private final String code;

        Reason(String code) {
            this.code = code;
        }

        public String code() {
            return code;
        }
    }
}
