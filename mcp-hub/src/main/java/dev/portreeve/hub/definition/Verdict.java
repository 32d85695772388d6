package dev.portreeve.hub.definition;

import java.util.Locale;

/** What became of a definition. */
public enum Verdict {
    /** In use: a person, or a policy of trust, said so. */
    ACCEPTED,
    /** In use by a policy of warning; no person has looked yet. */
    UNREVIEWED,
    /** Not in use: it waits for a person. */
    QUARANTINED,
    /** Not in use: a person said no. */
    REJECTED,
    /** Was in use until another definition of the same name took its place. */
    SUPERSEDED;

    /** Whether tools are offered by it. */
    public boolean inForce() {
        return this == ACCEPTED || this == UNREVIEWED;
    }

    /** Whether a person still has to look. */
    public boolean waits() {
        return this == UNREVIEWED || this == QUARANTINED;
    }

    /** As it stands in tables, records and answers. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
