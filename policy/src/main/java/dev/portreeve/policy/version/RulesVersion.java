package dev.portreeve.policy.version;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A version of the rules that are made while the gateway runs, without its text. What it says never changes, only its state does.
 *
 * @param number counts from 1; 0 stands for no rules at all, which is in force before the first publication
 * @param parent the version that was in force where it was made from
 * @param copyOf of a rollback, whose rules it brought back
 * @param digest SHA-256 of the canonical document of its rules, in hex
 * @param rules how many there are
 * @param reason why it was made
 * @param endedBy who withdrew it, or published another
 */
public record RulesVersion(
        long number,
        long parent,
        @Nullable Long copyOf,
        String digest,
        int rules,
        String author,
        String reason,
        Instant draftedAt,
        State state,
        @Nullable String publishedBy,
        @Nullable Instant publishedAt,
        @Nullable String endedBy,
        @Nullable Instant endedAt) {
    /** How long a reason may be. */
    public static final int MAX_REASON = 500;

    /** How long the name of an author may be. */
    public static final int MAX_NAME = 100;

    /** What became of it. */
    public enum State {
        /** It can be published or withdrawn. */
        DRAFT,
        /** Its rules are in force; so is one at most. */
        PUBLISHED,
        /** Its rules were in force until another was published. */
        SUPERSEDED,
        /** It was never in force, and never will be. */
        WITHDRAWN;

        /** As it stands in tables, records and answers. */
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }

        static State of(String code) {
            return valueOf(code.toUpperCase(Locale.ROOT));
        }
    }

    /** With what its author wrote. */
    public record Whole(RulesVersion version, RulesText text) {}
}
