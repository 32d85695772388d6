package dev.portreeve.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.portreeve.policy.call.Secret;
import dev.portreeve.policy.notice.SlackSecret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Tickets as messages in Slack: from the bot's post to the click, and what a click cannot do. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SlackTest {
    private static final String SIGNING = "8f742231b10e8888abcd99yyyzzz85a5";
    private static final String CONFIGURATION = """
        providers: [{ id: demo, kind: demo }]
        models: [{ name: demo, route: { targets: [{ model: demo/parrot }] }, max-output-tokens: 100 }]
        tool-servers: [{ slug: sticky, command: STICKY, trust-annotations: true, definitions: trust }]
        organisation:
          tenants:
            - { id: acme, users: [{ id: ana }, { id: ben }, { id: cleo }], agents: [{ id: bot }] }
            - { id: other, users: [{ id: ana }] }
        policies: [{ id: write, effect: require-approval, tools: [sticky__write], approvers: [ana, ben] }]
        approvals:
          hold: 1ms
          slack:
            bot-token: xoxb-0123
            channel: C0123ABCD
            signing-secret: SIGNING
            people: { U0ANA: acme/ana, U0CLEO: acme/cleo, U0OTHER: other/ana }
            api-url: "URL/api"
            answer-url: "URL"
        """;

    /** A request that came to the Slack of this test. */
    private record Posted(String path, String authorization, JsonNode body) {}

    private final List<Posted> posted = new CopyOnWriteArrayList<>();
    private HttpServer slack;
    private GatewayFixture gateway;
    private String url = "";

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        slack = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        slack.createContext("/", exchange -> {
            try (exchange) {
                posted.add(new Posted(
                        exchange.getRequestURI().getPath(),
                        String.valueOf(exchange.getRequestHeaders().getFirst("authorization")),
                        JsonMapper.shared().readTree(exchange.getRequestBody().readAllBytes())));
                byte[] ok = "{\"ok\":true}".getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, ok.length);
                exchange.getResponseBody().write(ok);
            }
        });
        slack.start();
        url = "http://127.0.0.1:" + slack.getAddress().getPort();
        gateway = GatewayFixture.configured(
                folder,
                CONFIGURATION
                        .replace("STICKY", StickyNotes.command(folder))
                        .replace("SIGNING", SIGNING)
                        .replace("URL", url));
    }

    @AfterAll
    void stop() {
        gateway.close();
        slack.stop(0);
    }

    private String ask(String text) {
        String key =
                gateway.run("keys", "create", "bot", "--tenant", "acme").out().strip();
        GatewayFixture.Outcome asked =
                gateway.run(Map.of("PORTREEVE_KEY", key), "mcp", "call", "sticky__write", "text=" + text);
        Matcher ticket = Pattern.compile("ticket ([0-9a-f-]{36})").matcher(asked.out());
        assertTrue(ticket.find(), asked.out() + asked.err());
        return ticket.group(1);
    }

    private String state(String ticket) {
        JsonNode shown = JsonMapper.shared()
                .readTree(gateway.api("GET", "/api/v1/approvals/" + ticket, "").body());
        return shown.path("state").asString() + " " + shown.path("decided_by").asString("");
    }

    /** A click as Slack tells of it: the payload of block_actions in a form. */
    private String click(String user, String action, String ticket, String answerUrl) {
        String payload = "{\"type\":\"block_actions\",\"user\":{\"id\":\"" + user + "\",\"username\":\"ana\"},"
                + "\"api_app_id\":\"A02\",\"trigger_id\":\"12321423423.333649436676.d8c1bb837935619ccad0f624c448ffb3\","
                + "\"response_url\":\"" + answerUrl + "\",\"actions\":[{\"action_id\":\"" + action
                + "\",\"block_id\":\"b\",\"type\":\"button\",\"value\":\"" + ticket
                + "\",\"action_ts\":\"1548426417.840180\"}]}";
        return "payload=" + URLEncoder.encode(payload, StandardCharsets.UTF_8);
    }

    private HttpResponse<String> send(String body, String signedBody, Instant at) {
        String signature = new SlackSecret(new Secret(SIGNING))
                .sign(at.getEpochSecond(), signedBody.getBytes(StandardCharsets.UTF_8));
        return gateway.send(
                "POST",
                "/api/v1/slack/interactions",
                body,
                "content-type",
                "application/x-www-form-urlencoded",
                "x-slack-request-timestamp",
                String.valueOf(at.getEpochSecond()),
                "x-slack-signature",
                signature);
    }

    private int click(String user, String action, String ticket) {
        String body = click(user, action, ticket, url + "/actions/T1/2/3");
        return send(body, body, Instant.now()).statusCode();
    }

    private List<JsonNode> at(String path) {
        return posted.stream()
                .filter(each -> each.path().equals(path))
                .map(Posted::body)
                .toList();
    }

    private JsonNode post(String ticket) {
        await().until(() -> at("/api/chat.postMessage").stream()
                .anyMatch(each -> each.toString().contains(ticket)));
        return at("/api/chat.postMessage").stream()
                .filter(each -> each.toString().contains(ticket))
                .findFirst()
                .orElseThrow();
    }

    private JsonNode lastAnswer(String containing) {
        await().until(() ->
                at("/actions/T1/2/3").stream().anyMatch(each -> each.toString().contains(containing)));
        return at("/actions/T1/2/3").getLast();
    }

    @Test
    void a_ticket_is_shown_inertly_and_a_click_decides_it_once() {
        String ticket = ask("<!channel> *all* \u202E<https://e.example|x> & " + "y".repeat(5000));
        JsonNode message = post(ticket);
        assertTrue(posted.stream()
                .filter(each -> each.path().equals("/api/chat.postMessage"))
                .allMatch(each -> each.authorization().equals("Bearer xoxb-0123")));
        assertEquals("C0123ABCD", message.path("channel").asString());
        String text = message.toString();
        assertFalse(text.contains("<") || text.contains("mrkdwn\":true") || text.contains("\u202E"), text);
        assertTrue(text.contains("&lt;!channel&gt; *all* \\\\u{202e}&lt;https://e.example|x&gt; &amp; yyy"), text);
        assertFalse(text.contains("/approve/"), "a page for one person is nothing for a channel");
        for (JsonNode block : message.path("blocks")) {
            assertTrue(block.path("text").path("text").asString("").length() <= 3000, block.toString());
            assertTrue(
                    List.of("", "plain_text")
                            .contains(block.path("text").path("type").asString("")),
                    block.toString());
        }
        assertEquals("pending ", state(ticket));
        assertEquals(200, click("U0ANA", "portreeve_approve", ticket));
        assertEquals("approved ana", state(ticket));
        JsonNode replaced = lastAnswer("approved by ana");
        assertTrue(replaced.path("replace_original").asBoolean());
        assertFalse(replaced.toString().contains("portreeve_approve"), "no buttons are left");
        assertEquals(200, click("U0ANA", "portreeve_deny", ticket));
        assertEquals("approved ana", state(ticket));
    }

    @Test
    void a_click_of_somebody_unknown_or_not_asked_decides_nothing_and_only_they_hear_so() {
        String ticket = ask("whose");
        assertEquals(200, click("U0MALLORY", "portreeve_approve", ticket));
        JsonNode unknown = lastAnswer("does not know who you are");
        assertEquals("ephemeral", unknown.path("response_type").asString());
        assertEquals(200, click("U0CLEO", "portreeve_approve", ticket));
        assertEquals(
                "ephemeral",
                lastAnswer("names who may decide").path("response_type").asString());
        assertEquals(200, click("U0OTHER", "portreeve_approve", ticket));
        lastAnswer("this ticket is of another tenant");
        assertEquals("pending ", state(ticket));
        String other = "01900000-0000-7000-8000-000000000000";
        assertEquals(200, click("U0ANA", "portreeve_approve", other));
        lastAnswer("there is no ticket");
    }

    @Test
    void a_forged_or_old_click_is_refused_and_answers_go_nowhere_else() {
        String ticket = ask("forged");
        String yes = click("U0ANA", "portreeve_approve", ticket, url + "/actions/T1/2/3");
        String no = click("U0ANA", "portreeve_deny", ticket, url + "/actions/T1/2/3");
        assertEquals(401, send(yes, no, Instant.now()).statusCode());
        assertEquals(401, send(yes, yes, Instant.now().minusSeconds(301)).statusCode());
        assertEquals(
                401, gateway.send("POST", "/api/v1/slack/interactions", yes).statusCode());
        assertEquals("pending ", state(ticket));
        int before = posted.size();
        String port = url.substring(url.lastIndexOf(':') + 1);
        for (String elsewhere : List.of(
                "http://169.254.169.254/latest",
                "http://127.0.0.1:1/x",
                "http://x@127.0.0.1:" + port + "/steal",
                "not a url")) {
            String body = click("U0CLEO", "portreeve_approve", ticket, elsewhere);
            assertEquals(200, send(body, body, Instant.now()).statusCode());
        }
        assertFalse(posted.stream().skip(before).anyMatch(each -> each.path().equals("/steal")), posted.toString());
        assertEquals("pending ", state(ticket));
    }
}
