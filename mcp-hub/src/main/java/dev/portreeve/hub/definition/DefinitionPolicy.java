package dev.portreeve.hub.definition;

import java.util.Locale;

/** What becomes of a definition that nobody has looked at: the first of a tool, or a changed one. */
public enum DefinitionPolicy {
    /** It waits for a person. Until then a new tool is not listed, and a changed one is listed as it was but not called. */
    BLOCK,
    /** It is in use at once, with a warning, until a person rejects it. */
    WARN,
    /** It is in use at once. */
    TRUST;

    /** As it stands in records and answers. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The verdict on a definition that has been seen with another one, or never. */
    Verdict verdict() {
        return switch (this) {
            case BLOCK -> Verdict.QUARANTINED;
            case WARN -> Verdict.UNREVIEWED;
            case TRUST -> Verdict.ACCEPTED;
        };
    }
}
