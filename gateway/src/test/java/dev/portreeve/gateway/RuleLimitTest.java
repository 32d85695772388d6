package dev.portreeve.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.fixture.Caller;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules that limit how much of what they match may run, in a whole gateway. */
class RuleLimitTest {
    private static final String RULES = """
            providers: [{ id: demo, kind: demo }]
            models: [{ name: demo, route: { targets: [{ model: demo/parrot }] }, max-output-tokens: 100 }]
            tool-servers: [ { slug: sticky, command: COMMAND, definitions: trust } ]
            organisation: { tenants: [ { id: acme, users: [ { id: ann } ], agents: [ { id: bot }, { id: other } ] } ] }
            policies:
              - { id: all, effect: allow, models: ["*"], servers: [sticky] }
              - { id: few-dear-ones, effect: limit, tools: [sticky__write], when: 'args.text.startsWith("dear")', limit: { requests: 2, per: 1h } }
              - { id: watched, effect: limit, mode: shadow, tools: [sticky__read], limit: { requests: 1, per: 1h } }
              - { id: talk, effect: limit, models: [demo], limit: { requests: 1, per: 1h, by: rule } }
              - { id: ask, effect: require-approval, tools: [sticky__write], when: 'args.text == "dear asked"', approvers: [ann] }
            approvals: { hold: 1ms, webhooks: [ { url: "http://127.0.0.1:9/", secret: SIGNING } ] }
            """;

    private static String write(Caller caller, String arguments) throws Exception {
        return caller.modern("tools/call", "\"name\":\"sticky__write\",\"arguments\":" + arguments)
                .messages()
                .toString();
    }

    private static HttpResponse<String> chat(GatewayFixture gateway, String key) throws Exception {
        HttpRequest chat = HttpRequest.newBuilder(gateway.data().resolve("/v1/chat/completions"))
                .header("content-type", "application/json")
                .header("authorization", "Bearer " + key)
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"model\":\"demo\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"))
                .build();
        return gateway.http.send(chat, HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void onlySoMuchOfWhatTheyMatchRuns(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("note"), "milk");
        try (GatewayFixture gateway = GatewayFixture.configured(
                folder,
                RULES.replace("COMMAND", StickyNotes.command(folder))
                        .replace("SIGNING", GatewayFixture.WEBHOOK_SECRET))) {
            URI url = URI.create("http://127.0.0.1:" + gateway.data().getPort() + "/mcp");
            String bot = gateway.newKey("bot");
            String other = gateway.newKey("other");
            try (Caller caller = new Caller(url, bot);
                    Caller second = new Caller(url, other)) {
                await().until(() ->
                        caller.modern("tools/list", "").messages().toString().contains("sticky__write"));
                tools(caller, second);
            }
            assertEquals(200, chat(gateway, bot).statusCode());
            HttpResponse<String> refused = chat(gateway, other);
            assertEquals(429, refused.statusCode(), refused.body());
            assertTrue(refused.body().contains("limit of 1 requests per 1h of rule talk"), refused.body());
            assertTrue(
                    Integer.parseInt(refused.headers().firstValue("retry-after").orElseThrow()) >= 1,
                    refused.headers().toString());
            records(gateway);
        }
    }

    private static void tools(Caller caller, Caller second) throws Exception {
        for (int i = 0; i < 3; i++) {
            String waits = write(caller, "{\"text\":\"dear asked\"}");
            assertTrue(waits.contains("approval"), "what waits for a person has not run: " + waits);
        }
        assertTrue(write(caller, "{\"text\":\"dear one\"}").contains("written"));
        assertTrue(write(caller, "{\"text\":\"dear two\"}").contains("written"));
        String refused = write(caller, "{\"text\":\"dear three\"}");
        assertTrue(refused.contains("limit of 2 requests per 1h of each member of rule few-dear-ones"), refused);
        assertTrue(write(caller, "{\"text\":\"cheap\"}").contains("written"), "the condition is false");
        String error = write(caller, "{}");
        assertTrue(error.contains("few-dear-ones"), "what cannot be evaluated counts against the caller: " + error);
        assertTrue(write(second, "{\"text\":\"dear one\"}").contains("written"), "each has it for itself");
        for (int i = 0; i < 3; i++) {
            assertTrue(
                    caller.modern("tools/call", "\"name\":\"sticky__read\",\"arguments\":{}")
                            .text()
                            .equals("dear one"),
                    "in shadow nothing follows");
        }
    }

    private static void records(GatewayFixture gateway) {
        for (String part : new String[] {
            "\"effect\":\"limit\",\"id\":\"few-dear-ones\",\"match\":\"matched\"",
            "\"effect\":\"limit\",\"id\":\"few-dear-ones\",\"match\":\"condition-error\"",
            "\"effect\":\"limit\",\"id\":\"watched\",\"match\":\"matched\"",
            "of rule few-dear-ones is reached"
        }) {
            await().until(() -> {
                String found = gateway.run(
                                "sql",
                                "SELECT 'there' FROM audit.record WHERE strpos(convert_from(leaf, 'UTF8'), '" + part
                                        + "') > 0 LIMIT 1")
                        .out();
                return found.contains("there");
            });
        }
    }
}
