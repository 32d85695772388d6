package dev.portreeve.audit.anchor;

/** An anchor contradicts the log, or will never take it: trying again does not help, a person must look. */
public final class AnchorRefused extends Exception {
    private static final long serialVersionUID = 1L;

    /** @param message what contradicts what, for the person in charge */
    public AnchorRefused(String message) {
        super(message);
    }
}
