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
    private final Map<String, Webhook> receivers = new HashMap<>();
    private final AnswerReader answers;
    private final InstantSource clock;

    SignedWebhooks(WebhookChannel channel, List<Webhook> webhooks, AnswerReader answers, InstantSource clock) {
        this.channel = channel;
        this.answers = answers;
        this.clock = clock;
        for (Webhook webhook : webhooks) {
            receivers.putIfAbsent(webhook.url().toString(), webhook);
        }
    }

    @Override
    public Result send(Outbox.Due message) {
        Webhook receiver = receivers.get(message.endpoint());
        if (receiver == null) {
            return new Result.Refused("this receiver is no longer configured");
        }
        String id = message.publicId();
        long timestamp = clock.instant().getEpochSecond();
        Map<String, String> headers = Map.of(
                "content-type",
                "application/json",
                "webhook-id",
                id,
                "webhook-timestamp",
                String.valueOf(timestamp),
                "webhook-signature",
                WebhookSecret.of(receiver.secret()).sign(id, timestamp, message.body()));
        return switch (channel.send(URI.create(message.endpoint()), headers, message.body())) {
            case Delivery.Answered(int status, SignedText answer)
            when status >= 200 && status < 300 -> taken(message, receiver, answer);
            case Delivery.Answered(int status, SignedText ignored)
            when status == GONE -> new Result.Refused("the receiver answered 410: it wants no more");
            case Delivery.Answered(int status, SignedText ignored) ->
                new Result.Failed("the receiver answered " + status);
            case Delivery.Unanswered(String detail) -> new Result.Failed(detail);
        };
    }

    private Result taken(Outbox.Due message, Webhook receiver, SignedText answer) {
        String again = answer.body().length == 0 ? null : answers.read(message, receiver, answer);
        return again == null ? new Result.Taken() : new Result.Failed(again);
    }
}
