package dev.portreeve.policy.notice;

import java.net.URI;
import java.util.Map;

/** Carries a message to a webhook over HTTP; the edge implements it. Called by {@link NoticeDelivery}, on its thread; blocks, bounded. */
@FunctionalInterface
public interface WebhookChannel {
    /**
     * Sends one POST and does not follow redirects.
     *
     * @param headers all that must be set, content type included
     */
    Delivery send(URI url, Map<String, String> headers, byte[] body);

    /** What came of an attempt. */
    sealed interface Delivery {
        /**
         * The receiver answered with this status.
         *
         * @param answer what it said with it, if it said anything that is not too long; empty otherwise
         */
        record Answered(int status, SignedText answer) implements Delivery {
            /** Without a word. */
            public Answered(int status) {
                this(status, new SignedText("", "", "", new byte[0]));
            }
        }

        /**
         * No answer.
         *
         * @param detail why, without credentials
         */
        record Unanswered(String detail) implements Delivery {}
    }
}
