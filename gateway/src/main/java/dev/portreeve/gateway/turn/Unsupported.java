package dev.portreeve.gateway.turn;

/** What becomes of things in a request that another dialect cannot say. */
public enum Unsupported {
    /** Hints are dropped, and what would change the meaning is refused. */
    USUAL,
    /** All is dropped that can be dropped, even if the answer is then another. */
    DROP,
    /** The request is refused rather than sent without anything of it. */
    REJECT
}
