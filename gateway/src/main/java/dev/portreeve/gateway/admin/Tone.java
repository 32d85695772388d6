package dev.portreeve.gateway.admin;

import java.util.Locale;

/** How a thing is to be taken at a glance: the page's colours, with a sign for those who do not see them. */
enum Tone {
    GOOD("✓"),
    BAD("✗"),
    WARN("…"),
    NEUTRAL("·");

    private final String sign;

    Tone(String sign) {
        this.sign = sign;
    }

    String sign() {
        return sign;
    }

    /** The class in the style sheet. */
    String style() {
        return name().toLowerCase(Locale.ROOT);
    }
}
