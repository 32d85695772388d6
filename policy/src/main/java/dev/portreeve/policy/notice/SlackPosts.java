package dev.portreeve.policy.notice;

import dev.portreeve.policy.notice.WebhookChannel.Delivery;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Posts to Slack, as its app's incoming webhook or its bot. The address is a secret, so messages that wait only say that they are for Slack. */
final class SlackPosts implements Sending {
    /** A bot's posts are answered with 200 whatever came of them. */
    private static final Pattern REFUSED =
            Pattern.compile("\"ok\"\\s*:\\s*false.*?\"error\"\\s*:\\s*\"([a-z0-9_]{1,60})\"", Pattern.DOTALL);

    private static final int GONE = 410;
    private static final int NOT_FOUND = 404;

    private final WebhookChannel channel;
    private final @Nullable SlackConfig config;

    SlackPosts(WebhookChannel channel, @Nullable SlackConfig config) {
        this.channel = channel;
        this.config = config;
    }

    @Override
    public Result send(Outbox.Due message) {
        SlackConfig slack = config;
        if (slack == null) {
            return new Result.Refused("Slack is no longer configured");
        }
        Map<String, String> headers = new HashMap<>();
        headers.put("content-type", "application/json; charset=utf-8");
        if (slack.botToken() != null) {
            headers.put("authorization", "Bearer " + slack.botToken().reveal());
        }
        return switch (channel.send(address(slack), headers, message.body())) {
            case Delivery.Answered(int status, SignedText answer) when status >= 200 && status < 300 -> taken(answer);
            case Delivery.Answered(int status, SignedText ignored)
            when status == GONE || status == NOT_FOUND ->
                new Result.Refused("Slack answered " + status + ": the app or its webhook is gone");
            case Delivery.Answered(int status, SignedText ignored) -> new Result.Failed("Slack answered " + status);
            case Delivery.Unanswered(String detail) -> new Result.Failed(detail);
        };
    }

    private static URI address(SlackConfig slack) {
        if (slack.webhookUrl() != null) {
            return URI.create(slack.webhookUrl().reveal());
        }
        String api = slack.apiUrl().toString();
        return URI.create((api.endsWith("/") ? api : api + "/") + "chat.postMessage");
    }

    private static Result taken(SignedText answer) {
        Matcher refused = REFUSED.matcher(new String(answer.body(), StandardCharsets.UTF_8));
        return refused.find() ? new Result.Failed("Slack refused: " + refused.group(1)) : new Result.Taken();
    }
}
