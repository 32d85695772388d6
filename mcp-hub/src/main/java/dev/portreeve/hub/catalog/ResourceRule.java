package dev.portreeve.hub.catalog;

/** Which resources of a server may be read, beside what rules say. */
public enum ResourceRule {
    /** Those it lists, once they are accepted; those that an accepted template lets in, or an accepted tool links to. */
    LISTED,
    /** Whichever rules allow: no single resource waits for a person, and none is described in its server's words. */
    ANY
}
