package dev.portreeve.policy.notice;

import dev.portreeve.policy.call.Secret;
import java.net.URI;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A Slack app that shows calls which wait, with buttons to decide. Its interactivity request URL is {@code /api/v1/slack/interactions} of the
 * admin listener.
 *
 * @param webhookUrl an incoming webhook of the app; or a bot token with a channel
 * @param botToken {@code xoxb-…} with the scope {@code chat:write}
 * @param channel the id of the channel that a bot posts in
 * @param signingSecret of the app; signs what Slack sends when somebody clicks
 * @param people who is who: ids of Slack users, and the users of the organisation that they are, as {@code tenant/user} where there are several
 *     tenants. Nobody else can decide there
 * @param apiUrl where a bot posts; {@code https://slack.com/api} if absent
 * @param answerUrl where messages are updated after a click, and nowhere else; {@code https://hooks.slack.com} if absent
 */
public record SlackConfig(
        @Nullable Secret webhookUrl,
        @Nullable Secret botToken,
        @Nullable String channel,
        Secret signingSecret,
        Map<String, String> people,
        URI apiUrl,
        URI answerUrl) {
    private static final Pattern USER = Pattern.compile("[UW][A-Z0-9]{2,30}");
    private static final Pattern CHANNEL = Pattern.compile("[A-Za-z0-9#_-]{1,80}");
    private static final URI API = URI.create("https://slack.com/api");
    private static final URI ANSWERS = URI.create("https://hooks.slack.com");

    public SlackConfig {
        people = people == null ? Map.of() : Map.copyOf(people);
        apiUrl = apiUrl == null ? API : apiUrl;
        answerUrl = answerUrl == null ? ANSWERS : answerUrl;
        if ((webhookUrl == null) == (botToken == null)) {
            throw new IllegalArgumentException("write either webhook-url, or bot-token and channel");
        }
        if ((botToken == null) != (channel == null)) {
            throw new IllegalArgumentException("bot-token and channel belong together: write both or none");
        }
        if (channel != null && !CHANNEL.matcher(channel).matches()) {
            throw new IllegalArgumentException("\"" + channel + "\" is no channel: write its id, such as C0123ABCD");
        }
        if (signingSecret == null || signingSecret.reveal().isBlank()) {
            throw new IllegalArgumentException(
                    "signing-secret is missing: without it nobody could tell a click from a forgery");
        }
        if (people.isEmpty()) {
            throw new IllegalArgumentException(
                    "people is missing: without it nobody in Slack could decide; write ids of Slack users and whom they are");
        }
        people.keySet().stream()
                .filter(id -> !USER.matcher(id).matches())
                .findFirst()
                .ifPresent(id -> {
                    throw new IllegalArgumentException(
                            "\"" + id
                                    + "\" is no id of a Slack user: it stands in their profile under \"Copy member ID\", such as U0123ABCD");
                });
    }
}
