package dev.portreeve.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.portreeve.gateway.notice.MailServer;
import dev.portreeve.policy.call.Secret;
import dev.portreeve.policy.notice.WebhookSecret;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** People are told of budgets by webhook and by e-mail, from the call to the receivers. */
class NoticesTest {
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final String CONFIGURATION = """
        providers: [{ id: demo, kind: demo }]
        models: [{ name: demo, route: { targets: [{ model: demo/parrot }] }, max-output-tokens: 100 }]
        organisation:
          tenants:
            - id: acme
              budgets: [{ limit-requests: 2, warn-at: [50], soft: true, window: daily }]
              agents: [{ id: bot }]
        policies: [{ id: models, effect: allow, models: ["*"] }]
        notices:
          webhooks: [{ url: "HOOK", secret: SECRET }]
          email: { from: portreeve@example.com, to: [ops@example.com], host: localhost, port: PORT, security: none }
        """;

    @TempDir
    private Path folder;

    private final List<String> hooks = new CopyOnWriteArrayList<>();
    private HttpServer receiver;
    private MailServer mail;

    @BeforeEach
    void listen() throws Exception {
        mail = MailServer.plain();
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            WebhookSecret.Verification signature = WebhookSecret.of(new Secret(SECRET))
                    .verify(
                            exchange.getRequestHeaders().getFirst("webhook-id"),
                            exchange.getRequestHeaders().getFirst("webhook-timestamp"),
                            exchange.getRequestHeaders().getFirst("webhook-signature"),
                            body,
                            Instant.now());
            hooks.add(signature + " " + new String(body, StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        receiver.start();
    }

    @AfterEach
    void stop() {
        receiver.stop(0);
        mail.close();
    }

    @Test
    void aThresholdIsToldByWebhookAndMailAndNothingIsRefused() throws Exception {
        String hook = "http://127.0.0.1:" + receiver.getAddress().getPort() + "/";
        String configuration = CONFIGURATION
                .replace("HOOK", hook)
                .replace("SECRET", SECRET)
                .replace("PORT", String.valueOf(mail.port()));
        try (GatewayFixture gateway = GatewayFixture.configured(folder, configuration)) {
            String key = gateway.newKey("bot");
            for (int i = 0; i < 4; i++) {
                assertEquals(200, chat(gateway, key));
            }
            await().until(() -> !hooks.isEmpty() && !mail.texts().isEmpty());
            assertTrue(hooks.getFirst().startsWith("GENUINE {\"type\":\"budget.threshold\""), hooks.getFirst());
            assertTrue(hooks.getFirst().contains("\"budget\":\"tenant:acme:daily:requests\""), hooks.getFirst());
            String text = mail.texts().getFirst();
            assertTrue(text.startsWith("[portreeve] soft budget tenant:acme:daily:requests has passed 50 %: "), text);
            assertTrue(text.contains("percent: 50"), text);
        }
    }

    @Test
    void anAgentThatWasPausedGoesOnWhenSomebodyApprovesIt() throws Exception {
        String hook = "http://127.0.0.1:" + receiver.getAddress().getPort() + "/";
        String configuration = CONFIGURATION
                        .replace("HOOK", hook)
                        .replace("SECRET", SECRET)
                        .replace("PORT", String.valueOf(mail.port()))
                        .replace("agents: [{ id: bot }]", "agents: [{ id: bot, brake: { depth: 1 } }, { id: other }]")
                + "approvals: { webhooks: [{ url: \"" + hook + "\", secret: " + SECRET + " }] }\n";
        try (GatewayFixture gateway = GatewayFixture.configured(folder, configuration)) {
            String root = gateway.newKey("bot");
            String child = madeBy(gateway, root);
            assertEquals(200, chat(gateway, root));
            assertEquals(200, chat(gateway, child));
            String grandchild = madeBy(gateway, child);
            // One key too many above it: the whole agent is paused, with all of its keys.
            assertEquals(403, chat(gateway, grandchild));
            assertEquals(403, chat(gateway, root));
            assertEquals(200, chat(gateway, gateway.newKey("other")));
            await().until(() -> told("brake.paused") && told("approval.requested") && mailed("bot is paused"));
            String asked = hooks.stream()
                    .filter(each -> each.contains("approval.requested"))
                    .findFirst()
                    .orElseThrow();
            assertTrue(asked.contains("\"tool\":\"portreeve__resume\",\"arguments\":{\"member\":\"bot\""), asked);
            GatewayFixture.Outcome list = gateway.run("approvals", "list");
            assertTrue(list.out().contains("portreeve__resume"), list.out());
            assertEquals(0, gateway.run("approvals", "approve", "--as", "maria").exitCode());
            await().until(() -> chat(gateway, root) == 200);
            assertEquals(200, chat(gateway, child));
            assertEquals(403, chat(gateway, grandchild));
            await().until(() -> gateway.run("approvals", "list").out().contains("portreeve__resume"));
            assertEquals(0, gateway.run("approvals", "deny", "--as", "maria").exitCode());
            assertEquals(403, chat(gateway, root));
        }
    }

    private boolean told(String type) {
        return hooks.stream().anyMatch(each -> each.startsWith("GENUINE {\"type\":\"" + type + "\""));
    }

    private boolean mailed(String subject) {
        return mail.texts().stream().anyMatch(each -> each.startsWith("[portreeve] " + subject));
    }

    private static String madeBy(GatewayFixture gateway, String parent) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(gateway.data().resolve("/v1/keys"))
                .header("authorization", "Bearer " + parent)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{}"))
                .build();
        String made =
                gateway.http.send(request, HttpResponse.BodyHandlers.ofString()).body();
        return JsonMapper.shared().readTree(made).path("key").asString();
    }

    private static int chat(GatewayFixture gateway, String key) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(gateway.data().resolve("/v1/chat/completions"))
                .header("authorization", "Bearer " + key)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"model\":\"demo\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}"))
                .build();
        return gateway.http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
    }
}
