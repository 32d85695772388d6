package dev.portreeve.policy.notice;

import java.util.Locale;

/** How a message goes to its receiver. */
public enum Way {
    WEBHOOK,
    EMAIL,
    SLACK;

    /** As it stands in tables. */
    String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
