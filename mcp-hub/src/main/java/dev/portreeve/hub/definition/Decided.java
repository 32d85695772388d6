package dev.portreeve.hub.definition;

/** What came of a person's decision about a definition. */
public sealed interface Decided {
    /** It is done and recorded. */
    record Done(StoredDefinition definition) implements Decided {}

    /** It was so before; nothing was recorded. */
    record Already(StoredDefinition definition) implements Decided {}

    /** The server does not offer this definition now: it never did, or it has changed since the person looked. */
    record NotOffered() implements Decided {}
}
