package dev.portreeve.gateway.explain;

import dev.portreeve.gateway.config.Spelling;
import java.util.Collection;

/** A question names something that is not there, or does not say enough; the message says what, and the nearest that is. */
public final class UnknownName extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    UnknownName(String message) {
        super(message);
    }

    static UnknownName of(String what, String typed, Collection<String> valid) {
        String nearest = Spelling.nearest(typed, valid);
        return new UnknownName("there is no " + what + " \"" + typed + "\""
                + (nearest == null ? "" : ", did you mean \"" + nearest + "\""));
    }
}
