package dev.portreeve.policy.notice;

import org.jspecify.annotations.Nullable;

/** Reads what a receiver says in the very answer to a message. Called by {@link NoticeDelivery}, on its thread; may block on the database. */
@FunctionalInterface
public interface AnswerReader {
    /** For messages that nobody answers. */
    AnswerReader NOBODY = (message, receiver, answer) -> null;

    /**
     * Takes an answer with a body.
     *
     * @param message that was answered
     * @param receiver to whom it went
     * @param answer not verified yet
     * @return {@code null} if the message needs no other answer, whatever this one was worth; otherwise why it has to be sent again
     */
    @Nullable
    String read(Outbox.Due message, Webhook receiver, SignedText answer);
}
