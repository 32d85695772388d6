package dev.portreeve.policy.notice;

import org.jspecify.annotations.Nullable;

/** Gives a message to a mail server; the edge implements it. Called by {@link NoticeDelivery}, on its thread; blocks, bounded. */
@FunctionalInterface
public interface MailChannel {
    /**
     * Sends one mail of plain text to one address.
     *
     * @param id unique, for the header {@code Message-ID}: the same on each attempt, so that a mailbox can tell a repetition
     * @return {@code null} if the server took it; otherwise why not, without credentials
     */
    @Nullable
    String send(String id, String to, String subject, String text);
}
