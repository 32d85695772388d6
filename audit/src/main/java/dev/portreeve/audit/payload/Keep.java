package dev.portreeve.audit.payload;

/** How much of contents is kept beside their record. */
public enum Keep {
    /** Nothing, and no word of it. */
    NONE,
    /** A commitment to them as they were, and what is needed to prove it to somebody who has them; not the contents. */
    DIGEST,
    /** The contents with what guardrails and rules masked. */
    REDACTED,
    /** The contents as they came. */
    FULL
}
