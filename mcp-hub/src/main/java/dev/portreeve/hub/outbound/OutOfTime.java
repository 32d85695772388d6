package dev.portreeve.hub.outbound;

import java.io.IOException;

/** The time was over before the answer was there. */
public final class OutOfTime extends IOException {
    private static final long serialVersionUID = 1L;

    OutOfTime(String message) {
        super(message);
    }
}
