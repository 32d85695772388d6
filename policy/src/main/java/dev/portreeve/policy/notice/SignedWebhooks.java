package dev.portreeve.policy.notice;

import dev.portreeve.policy.notice.WebhookChannel.Delivery;
import java.net.URI;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Sends to webhooks, signed as the Standard Webhooks specification says. */
final class SignedWebhooks implements Sending {
    private static final int GONE = 410;

    private final WebhookChannel channel;
    private final Map<String, WebhookSecret> secrets = new HashMap<>();
    private final InstantSource clock;

    SignedWebhooks(WebhookChannel channel, List<Webhook> webhooks, InstantSource clock) {
        this.channel = channel;
        this.clock = clock;
        for (Webhook webhook : webhooks) {
            secrets.put(webhook.url().toString(), WebhookSecret.of(webhook.secret()));
        }
    }

    @Override
    public Result send(Outbox.Due message) {
        WebhookSecret secret = secrets.get(message.endpoint());
        if (secret == null) {
            return new Result.Refused("this receiver is no longer configured");
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
        return switch (channel.send(URI.create(message.endpoint()), headers, message.body())) {
            case Delivery.Answered(int status) when status >= 200 && status < 300 -> new Result.Taken();
            case Delivery.Answered(int status)
            when status == GONE -> new Result.Refused("the receiver answered 410: it wants no more");
            case Delivery.Answered(int status) -> new Result.Failed("the receiver answered " + status);
            case Delivery.Unanswered(String detail) -> new Result.Failed(detail);
        };
    }
}
