package dev.portreeve.policy.approval;

import org.jspecify.annotations.Nullable;

/**
 * What an approver says about a ticket. Whoever makes one has established who the approver is.
 *
 * @param approver a name as rules list them
 * @param reason for the caller and the record; cut to {@link #MAX_REASON} characters
 * @param channel how it came in
 */
public record Vote(String approver, Choice choice, @Nullable String reason, Channel channel) {
    public static final int MAX_REASON = 500;

    /** Yes or no. */
    public enum Choice {
        APPROVE,
        DENY
    }

    /** The ways a decision can come in. */
    public enum Channel {
        WEBHOOK,
        CONSOLE,
        /** The page behind a signed link. */
        LINK,
        /** A button in Slack. */
        SLACK,
        API
    }

    public Vote {
        if (approver.isBlank()) {
            throw new IllegalArgumentException("a decision needs the name of the one who decided");
        }
        reason = reason == null ? null : tidy(reason);
    }

    /** Records are UTF-8 and bounded: no half surrogate pairs, no control characters, no essay. */
    static @Nullable String tidy(String reason) {
        StringBuilder tidy = new StringBuilder();
        reason.codePoints()
                .map(c -> Character.isISOControl(c) ? ' ' : c)
                .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)
                .limit(MAX_REASON)
                .forEach(tidy::appendCodePoint);
        String text = tidy.toString().strip();
        return text.isEmpty() ? null : text;
    }
}
