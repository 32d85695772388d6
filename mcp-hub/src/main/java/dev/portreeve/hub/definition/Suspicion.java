package dev.portreeve.hub.definition;

import java.util.Locale;

/**
 * Something in a definition that a person should look at before accepting it.
 *
 * @param place as a JSON Pointer into the definition
 * @param detail in plain words, without the definition's own
 */
public record Suspicion(Kind kind, String place, String detail) {
    /** What it is. */
    public enum Kind {
        HIDDEN_CHARACTERS,
        DIRECTION_OVERRIDE,
        HTML_COMMENT,
        LONG_TEXT,
        OUTSIDE_REFERENCE,
        ICON_ADDRESS,
        OTHER_SERVER,
        LOOK_ALIKE,
        LETS_IN_MUCH;

        /** As it stands in answers. */
        public String code() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }
}
