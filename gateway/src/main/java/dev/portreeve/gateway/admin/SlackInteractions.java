package dev.portreeve.gateway.admin;

import dev.portreeve.audit.EvidenceUnavailable;
import dev.portreeve.policy.approval.SlackMessage;
import dev.portreeve.policy.approval.Ticket;
import dev.portreeve.policy.approval.Vote;
import dev.portreeve.policy.notice.SlackConfig;
import dev.portreeve.policy.notice.SlackSecret;
import dev.portreeve.policy.notice.WebhookChannel;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code /api/v1/slack/interactions}: where Slack tells of clicks. What it sends is signed with the app's secret and names the user who clicked;
 * which person that is, the configuration says, and nothing in the request. Thread-safe; blocks.
 */
final class SlackInteractions {
    private static final Logger LOGGER = LoggerFactory.getLogger(SlackInteractions.class);
    private static final int OK = 200;

    private final ApprovalDesk desk;
    private final @Nullable SlackConfig config;
    private final WebhookChannel posts;
    private final InstantSource clock;

    /**
     * @param config {@code null} for no Slack: then there is no such address
     * @param posts sends what takes a message's place
     */
    SlackInteractions(ApprovalDesk desk, @Nullable SlackConfig config, WebhookChannel posts, InstantSource clock) {
        this.desk = desk;
        this.config = config;
        this.posts = posts;
        this.clock = clock;
    }

    void register(AdminRoutes routes, HttpRules rules) {
        SlackConfig slack = config;
        if (slack != null) {
            SlackSecret secret = new SlackSecret(slack.signingSecret());
            routes.open(rules::post, "/api/v1/slack/interactions", exchange -> clicked(slack, secret, exchange));
        }
    }

    private void clicked(SlackConfig slack, SlackSecret secret, AdminExchange exchange) {
        byte[] body = exchange.body();
        String timestamp = header(exchange, "x-slack-request-timestamp");
        String signature = header(exchange, "x-slack-signature");
        if (!secret.verifies(timestamp, signature, body, clock.instant())) {
            throw new AdminRefusal(Problem.unauthorized("this is not signed by the Slack app, or too long ago"));
        }
        JsonNode payload = payload(AdminExchange.form(body));
        String said = payload.path("type").asString("").equals("block_actions") ? decide(slack, payload) : "";
        // Slack gives a click three seconds; the message follows on a way of its own.
        exchange.empty(OK);
        if (!said.isEmpty()) {
            answer(slack, payload.path("response_url").asString(""), said);
        }
    }

    private static JsonNode payload(Map<String, String> form) {
        try {
            return JsonMapper.shared().readTree(form.getOrDefault("payload", "{}"));
        } catch (JacksonException notJson) {
            throw new AdminRefusal(Problem.badRequest("payload is not JSON"));
        }
    }

    /** What Slack is told; nothing for clicks on anything else of the app. */
    private String decide(SlackConfig slack, JsonNode payload) {
        for (JsonNode action : payload.path("actions")) {
            Vote.Choice choice = switch (action.path("action_id").asString("")) {
                case SlackMessage.APPROVE -> Vote.Choice.APPROVE;
                case SlackMessage.DENY -> Vote.Choice.DENY;
                default -> null;
            };
            if (choice != null) {
                String person =
                        slack.people().get(payload.path("user").path("id").asString(""));
                return person == null
                        ? SlackMessage.aside(
                                "Nothing is decided: the gateway does not know who you are. Somebody has to write"
                                        + " your Slack member ID into approvals.slack.people.")
                        : decided(action.path("value").asString(""), person, choice);
            }
        }
        return "";
    }

    /** @param person with the tenant before it, where there are several */
    private String decided(String id, String person, Vote.Choice choice) {
        int slash = person.indexOf('/');
        Vote vote = new Vote(person.substring(slash + 1), choice, null, Vote.Channel.SLACK);
        try {
            if (slash >= 0 && !desk.find(id).tenant().equals(person.substring(0, slash))) {
                return SlackMessage.aside("Nothing is decided: this ticket is of another tenant than you are.");
            }
            return SlackMessage.after(desk.decide(id, vote));
        } catch (AdminRefusal refused) {
            return instead(id, refused.problem());
        } catch (EvidenceUnavailable away) {
            return SlackMessage.aside("Nothing is decided: it cannot be recorded now. Try again.");
        }
    }

    /** A ticket that others decided shows that; whoever may not decide hears so, and nobody else does. */
    private String instead(String id, Problem problem) {
        try {
            Ticket ticket = desk.find(id);
            return ticket.isWaiting()
                    ? SlackMessage.aside("Nothing is decided: " + problem.detail() + ".")
                    : SlackMessage.after(ticket);
        } catch (AdminRefusal unknown) {
            return SlackMessage.aside("Nothing is decided: " + unknown.problem().detail() + ".");
        }
    }

    /** Only to where the configuration says that Slack answers: the address stands in a request. */
    private void answer(SlackConfig slack, String address, String message) {
        URI url = at(slack.answerUrl(), address);
        if (url == null) {
            LOGGER.warn("a click in Slack names no address for its answer below {}", slack.answerUrl());
            return;
        }
        WebhookChannel.Delivery delivery = posts.send(
                url,
                Map.of("content-type", "application/json; charset=utf-8"),
                message.getBytes(StandardCharsets.UTF_8));
        if (!(delivery instanceof WebhookChannel.Delivery.Answered(int status, var ignored)) || status != OK) {
            LOGGER.warn("a message in Slack could not be updated after a click; what was decided holds");
        }
    }

    private static @Nullable URI at(URI base, String address) {
        try {
            URI url = new URI(address);
            boolean same = base.getScheme().equals(url.getScheme())
                    && base.getHost().equals(url.getHost())
                    && base.getPort() == url.getPort()
                    && url.getRawUserInfo() == null;
            return same ? url : null;
        } catch (URISyntaxException notOne) {
            return null;
        }
    }

    private static String header(AdminExchange exchange, String name) {
        String value = exchange.header(HeaderNames.create(name));
        return value == null ? "" : value;
    }
}
