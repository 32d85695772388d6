package dev.portreeve.policy.approval;

import dev.portreeve.policy.approval.ApprovalChannel.Delivery;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Sends what is owed to receivers, signed, with the retries of the Standard Webhooks specification. One loop calls {@link #runOnce}; loops
 * of several replicas do not disturb each other.
 */
public final class NoticeDelivery {
    private static final int BATCH = 16;
    /** Longer than a batch of attempts takes, each bounded by the channel. */
    private static final Duration LEASE = Duration.ofMinutes(5);

    private static final int GONE = 410;
    private static final List<Duration> WAITS = List.of(
            Duration.ofSeconds(5),
            Duration.ofMinutes(5),
            Duration.ofMinutes(30),
            Duration.ofHours(2),
            Duration.ofHours(5),
            Duration.ofHours(10),
            Duration.ofHours(14),
            Duration.ofHours(20),
            Duration.ofHours(24));

    private final WebhookOutbox outbox;
    private final ApprovalChannel channel;
    private final Map<String, WebhookSecret> secrets = new HashMap<>();
    private final InstantSource clock;
    private final RandomGenerator random;

    /** @param webhooks the receivers and their secrets; messages for others are given up */
    public NoticeDelivery(
            WebhookOutbox outbox,
            ApprovalChannel channel,
            List<ApprovalConfig.Webhook> webhooks,
            InstantSource clock,
            RandomGenerator random) {
        this.outbox = outbox;
        this.channel = channel;
        for (ApprovalConfig.Webhook webhook : webhooks) {
            secrets.put(webhook.url().toString(), WebhookSecret.of(webhook.secret()));
        }
        this.clock = clock;
        this.random = random;
    }

    /**
     * Tries each message that is due once, at most a batch of them.
     *
     * @return how many were tried; as many as fit in a batch means there may be more
     */
    public int runOnce() {
        List<WebhookOutbox.Due> due = outbox.claim(BATCH, LEASE);
        due.forEach(this::attempt);
        return due.size();
    }

    private void attempt(WebhookOutbox.Due message) {
        WebhookSecret secret = secrets.get(message.endpoint());
        if (secret == null) {
            outbox.giveUp(message, "this receiver is no longer configured");
            return;
        }
        String id = "msg_" + message.id();
        long timestamp = clock.instant().getEpochSecond();
        Map<String, String> headers = Map.of(
                "content-type",
                "application/json",
                "webhook-id",
                id,
                "webhook-timestamp",
                String.valueOf(timestamp),
                "webhook-signature",
                secret.sign(id, timestamp, message.body()));
        switch (channel.send(URI.create(message.endpoint()), headers, message.body())) {
            case Delivery.Answered(int status) when status >= 200 && status < 300 -> outbox.delivered(message);
            case Delivery.Answered(int status)
            when status == GONE -> outbox.giveUp(message, "the receiver answered 410: it wants no more");
            case Delivery.Answered(int status) -> again(message, "the receiver answered " + status);
            case Delivery.Unanswered(String detail) -> again(message, detail);
        }
    }

    private void again(WebhookOutbox.Due message, String error) {
        if (message.attempt() > WAITS.size()) {
            outbox.giveUp(message, error);
            return;
        }
        Duration wait = WAITS.get(message.attempt() - 1);
        // Up to a fifth more, so that receivers that come back are not met by all messages at once.
        Duration jitter = Duration.ofMillis(random.nextLong(wait.toMillis() / 5 + 1));
        outbox.retry(message, wait.plus(jitter), error);
    }
}
