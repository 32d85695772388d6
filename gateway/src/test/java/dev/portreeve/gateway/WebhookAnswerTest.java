package dev.portreeve.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.portreeve.policy.call.Secret;
import dev.portreeve.policy.notice.WebhookSecret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A receiver that decides in its very answer to the message that asks, and receivers that try other things. */
final class WebhookAnswerTest {
    private static final WebhookSecret SECRET = WebhookSecret.of(new Secret(GatewayFixture.WEBHOOK_SECRET));
    private static final String RECEIVERS = """
        providers: [{ id: demo, kind: demo }]
        models: [{ name: demo, route: { targets: [{ model: demo/parrot }] }, max-output-tokens: 100 }]
        tool-servers: [{ slug: sticky, command: STICKY, trust-annotations: true, definitions: trust }]
        organisation: { tenants: [{ id: acme, users: [{ id: ana }], agents: [{ id: bot }] }] }
        policies: [{ id: write, effect: require-approval, tools: [sticky__write] }]
        approvals: { hold: HOLD, webhooks: [{ url: "URL", secret: SIGNING }] }
        """;

    /** What a receiver answers to one message. */
    private interface Answering {
        void answer(HttpExchange exchange, JsonNode data) throws IOException;
    }

    @TempDir
    private Path folder;

    private final List<String> visited = new CopyOnWriteArrayList<>();
    private HttpServer receiver;
    private volatile Answering answering = (exchange, data) -> exchange.sendResponseHeaders(204, -1);

    @BeforeEach
    void listen() throws IOException {
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        receiver.createContext("/", exchange -> {
            try (exchange) {
                visited.add(exchange.getRequestURI().getPath());
                JsonNode message =
                        JsonMapper.shared().readTree(exchange.getRequestBody().readAllBytes());
                answering.answer(exchange, message.path("data"));
            }
        });
        receiver.start();
    }

    @AfterEach
    void stop() {
        receiver.stop(0);
    }

    private GatewayFixture gateway(String hold) {
        String url = "http://127.0.0.1:" + receiver.getAddress().getPort() + "/approve";
        return GatewayFixture.configured(
                folder,
                RECEIVERS
                        .replace("URL", url)
                        .replace("HOLD", hold)
                        .replace("STICKY", StickyNotes.command(folder))
                        .replace("SIGNING", GatewayFixture.WEBHOOK_SECRET));
    }

    private static void signed(HttpExchange exchange, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String id = exchange.getRequestHeaders().getFirst("webhook-id");
        long now = Instant.now().getEpochSecond();
        exchange.getResponseHeaders().set("content-type", "application/json");
        exchange.getResponseHeaders().set("webhook-id", id);
        exchange.getResponseHeaders().set("webhook-timestamp", String.valueOf(now));
        exchange.getResponseHeaders().set("webhook-signature", SECRET.sign(id, now, bytes));
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static String decision(String ticket, String decision) {
        return "{\"ticket\":\"" + ticket + "\",\"decision\":\"" + decision
                + "\",\"approver\":\"ana\",\"reason\":\"fits\"}";
    }

    private static GatewayFixture.Outcome write(GatewayFixture gateway, String key, String text) {
        return gateway.run(Map.of("PORTREEVE_KEY", key), "mcp", "call", "sticky__write", "text=" + text);
    }

    private static String ticket(GatewayFixture.Outcome asked) {
        Matcher ticket = Pattern.compile("ticket ([0-9a-f-]{36})").matcher(asked.out());
        assertTrue(ticket.find(), asked.out() + asked.err());
        return ticket.group(1);
    }

    private static String state(GatewayFixture gateway, String ticket) {
        return JsonMapper.shared()
                .readTree(gateway.api("GET", "/api/v1/approvals/" + ticket, "").body())
                .path("state")
                .asString();
    }

    @Test
    void a_call_that_is_held_runs_because_the_receiver_said_yes_in_its_answer() {
        answering = (exchange, data) ->
                signed(exchange, decision(data.path("ticket").asString(), "approve"));
        try (GatewayFixture gateway = gateway("30s")) {
            GatewayFixture.Outcome written = write(gateway, gateway.newKey("bot"), "hello");
            assertEquals("written\n", written.out(), written.err());
            assertEquals(List.of("/approve"), visited);
        }
    }

    @Test
    void an_answer_without_a_signature_or_for_another_ticket_or_behind_a_redirect_decides_nothing() {
        try (GatewayFixture gateway = gateway("1ms")) {
            String key = gateway.newKey("bot");
            answering = (exchange, data) -> {
                byte[] body =
                        decision(data.path("ticket").asString(), "approve").getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            };
            String unsigned = ticket(write(gateway, key, "unsigned"));
            await().until(() -> delivered(gateway, unsigned));
            answering = (exchange, data) -> signed(exchange, decision(unsigned, "approve"));
            String replayed = ticket(write(gateway, key, "replayed"));
            await().until(() -> delivered(gateway, replayed));
            answering = (exchange, data) -> {
                exchange.getResponseHeaders().set("location", "/elsewhere");
                exchange.sendResponseHeaders(307, -1);
            };
            String redirected = ticket(write(gateway, key, "redirected"));
            await().until(() ->
                    notice(gateway, redirected, "attempts > 0 AND last_error = 'the receiver answered 307'"));
            for (String ticket : List.of(unsigned, replayed, redirected)) {
                assertEquals("pending", state(gateway, ticket));
            }
            assertFalse(visited.contains("/elsewhere"), visited.toString());
        }
    }

    @Test
    void a_message_that_nobody_took_is_listed_and_sent_again() {
        answering = (exchange, data) -> exchange.sendResponseHeaders(410, -1);
        try (GatewayFixture gateway = gateway("1ms")) {
            String ticket = ticket(write(gateway, gateway.newKey("bot"), "hello"));
            await().until(() -> gateway.run("notices", "dead").out().contains("410"));
            JsonNode dead = JsonMapper.shared()
                    .readTree(gateway.run("notices", "dead", "-o", "json").out())
                    .path("notices")
                    .path(0);
            assertEquals(ticket, dead.path("ticket").asString());
            answering = (exchange, data) ->
                    signed(exchange, decision(data.path("ticket").asString(), "approve"));
            assertEquals(
                    0,
                    gateway.run("notices", "resend", dead.path("id").asString()).exitCode());
            await().until(() -> state(gateway, ticket).equals("approved"));
            assertTrue(
                    gateway.run("notices", "resend", dead.path("id").asString()).exitCode() != 0);
            assertTrue(gateway.isTrue("SELECT count(*) = 1 FROM audit.record WHERE kind = 'admin.action'"
                    + " AND convert_from(leaf, 'UTF8') LIKE '%\"action\":\"resend-notice\"%\"attempts\":0%'"));
        }
    }

    @Test
    void a_system_that_a_rule_names_decides_as_itself_and_nobody_decides_in_its_place() {
        List<JsonNode> heard = new CopyOnWriteArrayList<>();
        answering = (exchange, data) -> {
            heard.add(data);
            if (data.path("arguments").toString().contains("small")) {
                signed(exchange, "{\"ticket\":\"" + data.path("ticket").asString() + "\",\"decision\":\"approve\"}");
            } else {
                signed(exchange, decision(data.path("ticket").asString(), "approve"));
            }
        };
        String configuration = RECEIVERS
                .replace("tools: [sticky__write]", "tools: [sticky__write], approvers: [\"external:desk\"]")
                .replace("secret: SIGNING", "secret: SIGNING, id: desk");
        try (GatewayFixture gateway = GatewayFixture.configured(
                folder,
                configuration
                        .replace(
                                "URL",
                                "http://127.0.0.1:" + receiver.getAddress().getPort() + "/approve")
                        .replace("HOLD", "1ms")
                        .replace("STICKY", StickyNotes.command(folder))
                        .replace("SIGNING", GatewayFixture.WEBHOOK_SECRET))) {
            String key = gateway.newKey("bot");
            String asAna = ticket(write(gateway, key, "large"));
            await().until(() -> delivered(gateway, asAna));
            assertEquals("pending", state(gateway, asAna), "it speaks for nobody else");
            assertEquals("[]", heard.getFirst().path("links").toString());
            for (String other : List.of("ana", "external:desk", "admin")) {
                GatewayFixture.Outcome tried = gateway.run("approvals", "approve", asAna, "--as", other);
                assertTrue(tried.exitCode() != 0, tried.out());
            }
            assertTrue(gateway.run("approvals", "link", asAna, "--as", "external:desk")
                            .exitCode()
                    != 0);
            assertEquals("pending", state(gateway, asAna));
            String small = ticket(write(gateway, key, "small"));
            await().until(() -> state(gateway, small).equals("approved"));
            assertEquals("written\n", write(gateway, key, "small").out());
        }
    }

    private static boolean delivered(GatewayFixture gateway, String ticket) {
        return notice(gateway, ticket, "state = 'delivered'");
    }

    private static boolean notice(GatewayFixture gateway, String ticket, String condition) {
        return gateway.isTrue(
                "SELECT count(*) = 1 FROM policy.notice WHERE approval_id = '" + ticket + "' AND " + condition);
    }
}
