package dev.portreeve.hub.catalog;

/**
 * What became of a prompt, resource or template that somebody names.
 *
 * @param hash of the definition that is in force; empty where none is needed, as for a resource that an accepted template
 *     lets in
 */
public record Standing(State state, String hash) {
    public static final Standing FREE = new Standing(State.OPEN, "");
    static final Standing WITHHELD = new Standing(State.WITHHELD, "");
    static final Standing WAITING = new Standing(State.WAITING, "");
    static final Standing UNKNOWN = new Standing(State.UNKNOWN, "");

    /** How it stands. */
    public enum State {
        /** It can be used. */
        OPEN,
        /** Its server has changed it and nobody has accepted that: it stays listed as it was, and is not used. */
        WITHHELD,
        /** It is new and waits for a person: to callers it is unknown. */
        WAITING,
        /** Its server does not list it, or a person said no. */
        UNKNOWN
    }

    static Standing open(String hash) {
        return new Standing(State.OPEN, hash);
    }
}
