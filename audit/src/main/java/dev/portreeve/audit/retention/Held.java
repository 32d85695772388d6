package dev.portreeve.audit.retention;

import java.util.UUID;

/** A legal hold is in the way. */
public final class Held extends Exception {
    private static final long serialVersionUID = 1L;
    private final UUID hold;

    Held(UUID hold) {
        super("legal hold " + hold + " covers it: release that first, portreeve audit hold release " + hold);
        this.hold = hold;
    }

    /** Which. */
    public UUID hold() {
        return hold;
    }
}
