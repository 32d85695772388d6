package dev.portreeve.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.GatewayFixture.Outcome;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Calls of a whole gateway, decided again by drafts. */
class PolicyReplayTest {
    private static final String READING = "when: \"has(args.text) && args.text == 'x'\"";

    @TempDir
    private Path folder;

    private GatewayFixture fixture;

    @AfterEach
    void stop() {
        fixture.close();
    }

    private void chat(String key) throws IOException, InterruptedException {
        HttpRequest chat = HttpRequest.newBuilder(fixture.data().resolve("/v1/chat/completions"))
                .header("content-type", "application/json")
                .header("authorization", "Bearer " + key)
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"model\":\"demo\",\"max_tokens\":50,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"))
                .build();
        HttpResponse<String> answer = fixture.http.send(chat, HttpResponse.BodyHandlers.ofString());
        assertEquals(200, answer.statusCode(), answer.body());
    }

    private JsonNode replay(String policies) throws IOException {
        Path draft = Files.writeString(folder.resolve("draft.yaml"), "policies:\n" + policies);
        Outcome ended = fixture.run("policy", "replay", "--since", "1d", "-o", "json", draft.toString());
        assertEquals(0, ended.exitCode(), ended.err());
        return JsonMapper.shared().readTree(ended.out());
    }

    private void awaitCalls(long calls) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> replay("  - { id: a, effect: allow, models: [\"*\"] }\n")
                                .path("calls")
                                .asLong()
                        == calls);
    }

    private void makeCalls() throws IOException, InterruptedException {
        String bot = fixture.newKey("bot");
        String other = fixture.newKey("other");
        chat(bot);
        chat(bot);
        chat(other);
        Files.writeString(folder.resolve("note"), "kept");
        assertEquals(
                0,
                fixture.run("mcp", "call", "--key", bot, "sticky__read", "text=x")
                        .exitCode());
        assertEquals(
                1,
                fixture.run("mcp", "call", "--key", bot, "sticky__nothing_like_it")
                        .exitCode());
        awaitCalls(4);
    }

    @Test
    void whatChangesIsNamedWithWhoAndWhatItCostAndNothingIsGuessed() throws Exception {
        fixture = new GatewayFixture(folder);
        makeCalls();
        JsonNode same = replay("""
              - { id: models, effect: allow, models: ["*"] }
              - { id: read, effect: allow, tools: [sticky__read] }
            """);
        assertEquals(4, same.path("unchanged").asLong(), same.toString());
        assertEquals(0, same.path("changes").size(), same.toString());

        JsonNode denied = replay("""
              - { id: models, effect: allow, models: ["*"] }
              - { id: read, effect: require-approval, tools: [sticky__read] }
              - { id: not-bot, effect: deny, who: { agent: bot }, models: ["*"] }
            """);
        assertEquals(1, denied.path("unchanged").asLong(), denied.toString());
        JsonNode change = denied.path("changes").get(0);
        assertEquals("deny", change.path("to").asString(), denied.toString());
        assertEquals(2, change.path("calls").asLong(), denied.toString());
        assertEquals("not-bot", change.path("samples").get(0).path("by").get(0).asString(), denied.toString());
        assertEquals(
                "require-approval", denied.path("changes").get(1).path("to").asString(), denied.toString());
        assertEquals("bot", denied.path("groups").get(0).path("member").asString(), denied.toString());

        JsonNode elsewhere = replay("""
              - { id: models, effect: allow, models: ["*"] }
              - { id: read, effect: allow, tools: [sticky__read] }
              - { id: not-there, effect: deny, who: { agent: bot }, targets: ["demo/*"] }
              - { id: nor-abroad, effect: deny, targets: ["abroad/*"] }
            """);
        assertEquals(2, elsewhere.path("unchanged").asLong(), elsewhere.toString());
        assertEquals("deny", elsewhere.path("changes").get(0).path("to").asString(), elsewhere.toString());
        assertEquals(2, elsewhere.path("changes").get(0).path("calls").asLong(), elsewhere.toString());

        JsonNode unknown = replay("""
              - { id: models, effect: allow, models: ["*"] }
              - { id: read, effect: allow, tools: [sticky__read] }
              - { id: not-x, effect: deny, tools: [sticky__read], WHEN }
            """.replace("WHEN", READING));
        assertEquals(1, unknown.path("not_evaluable").asLong(), unknown.toString());
        assertEquals(1, unknown.path("not_kept").path("args").asLong(), unknown.toString());
        assertEquals(0, unknown.path("changes").size(), unknown.toString());

        JsonNode dear = replay("""
              - { id: models, effect: allow, models: ["*"], when: 'call.max_output_tokens < 50' }
              - { id: read, effect: allow, tools: [sticky__read] }
            """);
        assertEquals(3, dear.path("changes").get(0).path("calls").asLong(), dear.toString());
    }

    @Test
    void rolesAreKeptWhereARuleReadThem() throws Exception {
        Path own = Files.createDirectory(folder.resolve("roles"));
        fixture = GatewayFixture.configured(own, """
            providers: [{ id: demo, kind: demo }]
            models: [{ name: demo, route: { targets: [{ model: demo/parrot }] }, max-output-tokens: 100 }]
            organisation: { tenants: [{ id: acme, users: [{ id: ana, roles: [oncall, finance] }], agents: [{ id: bot }] }] }
            policies:
              - { id: bots, effect: allow, who: { agent: bot }, models: ["*"] }
              - { id: finance, effect: allow, who: { user: ana }, models: ["*"], when: "'finance' in subject.roles" }
            """);
        chat(fixture.newKey("ana"));
        chat(fixture.newKey("bot"));
        awaitCalls(2);
        JsonNode again = replay("""
              - { id: all, effect: allow, models: ["*"] }
              - { id: not-oncall, effect: deny, models: ["*"], when: "subject.roles.exists(role, role == 'oncall')" }
            """);
        assertEquals(1, again.path("changes").get(0).path("calls").asLong(), again.toString());
        assertEquals("ana", again.path("groups").get(0).path("member").asString(), again.toString());
        assertEquals(1, again.path("not_kept").path("subject.roles").asLong(), "no rule asked for the bot's");
        assertTrue(fixture.run("policy", "explain", "--as", "ana", "--model", "demo")
                .out()
                .contains("allow"));
    }

    @Test
    void aConditionThatWasWatchedInShadowIsKnownThoughNoArgumentIsKept() throws Exception {
        Path own = Files.createDirectory(folder.resolve("shadow"));
        fixture = GatewayFixture.configured(
                own, """
            providers: [{ id: demo, kind: demo }]
            models: [{ name: demo, route: { targets: [{ model: demo/parrot }] }, max-output-tokens: 100 }]
            tool-servers: [{ slug: sticky, command: STICKY, trust-annotations: true, definitions: trust }]
            organisation: { tenants: [{ id: acme, agents: [{ id: bot }, { id: other }] }] }
            policies:
              - { id: models, effect: allow, models: ["*"] }
              - { id: read, effect: allow, tools: [sticky__read] }
              - { id: watched, effect: deny, mode: shadow, tools: [sticky__read], WHEN }
            """.replace("WHEN", READING).replace("STICKY", StickyNotes.command(own)));
        Files.writeString(own.resolve("note"), "kept");
        String bot = fixture.newKey("bot");
        assertEquals(
                0,
                fixture.run("mcp", "call", "--key", bot, "sticky__read", "text=x")
                        .exitCode());
        awaitCalls(1);
        JsonNode enforced = replay("""
              - { id: read, effect: allow, tools: [sticky__read] }
              - { id: enforced, effect: deny, tools: [sticky__read], WHEN }
            """.replace("WHEN", READING));
        assertEquals(1, enforced.path("changes").get(0).path("calls").asLong(), enforced.toString());
        assertEquals(0, enforced.path("not_evaluable").asLong(), enforced.toString());
        assertFalse(fixture.run("audit", "tail").out().contains("\"text\""));
    }

    @Test
    void argumentsThatTheOperatorKeepsAreReadByAnyDraft() throws Exception {
        fixture = new GatewayFixture(folder, "audit: { record-arguments: [\"sticky__r*\"] }\n");
        makeCalls();
        JsonNode denied = replay("""
              - { id: models, effect: allow, models: ["*"] }
              - { id: read, effect: allow, tools: [sticky__read] }
              - { id: not-x, effect: deny, tools: [sticky__read], WHEN }
            """.replace("WHEN", READING));
        assertEquals(0, denied.path("not_evaluable").asLong(), denied.toString());
        assertEquals(1, denied.path("changes").get(0).path("calls").asLong(), denied.toString());
        Outcome text =
                fixture.run("policy", "replay", folder.resolve("draft.yaml").toString());
        assertTrue(text.out().contains("allow -> deny: 1 calls"), text.out());
        Path wrong = Files.writeString(
                folder.resolve("wrong.yaml"), "policies: [{ id: a, effect: allow, tools: [x__y], when: 'arg.x' }]");
        Outcome refused = fixture.run("policy", "replay", wrong.toString());
        assertEquals(2, refused.exitCode(), refused.out());
        assertTrue(refused.err().contains("rule \"a\", when"), refused.err());
    }

    @Test
    void labelsOfThenCountOnlyWhereTheSameRulesLabel() throws Exception {
        Path own = Files.createDirectory(folder.resolve("labels"));
        String label = "  - { id: seen, effect: label, label: seen, tools: [sticky__read] }\n";
        String rules = "  - { id: all, effect: allow, models: [\"*\"], servers: [sticky] }\n";
        fixture = GatewayFixture.configured(
                own,
                """
            providers: [{ id: demo, kind: demo }]
            models: [{ name: demo, route: { targets: [{ model: demo/parrot }] }, max-output-tokens: 100 }]
            tool-servers: [{ slug: sticky, command: STICKY, trust-annotations: true, definitions: trust }]
            organisation: { tenants: [{ id: acme, agents: [{ id: bot }, { id: other }] }] }
            policies:
            """.replace("STICKY", StickyNotes.command(own)) + rules + label
                        + "  - { id: watched, effect: deny, mode: shadow, models: [demo], when: 'session.has(\"seen\")' }\n");
        Files.writeString(own.resolve("note"), "kept");
        String bot = fixture.newKey("bot");
        assertEquals(
                0,
                fixture.run("mcp", "call", "--key", bot, "sticky__read", "text=x")
                        .exitCode());
        chat(bot);
        awaitCalls(2);
        String asking = "  - { id: asks, effect: deny, models: [demo], when: 'session.has(\"seen\") == true' }\n";
        JsonNode alike = replay(rules + label + asking);
        assertEquals(0, alike.path("not_evaluable").asLong(), alike.toString());
        assertEquals(1, alike.path("changes").get(0).path("calls").asLong(), alike.toString());
        String other = label.replace("sticky__read", "sticky__write");
        JsonNode otherwise = replay(rules + other + asking);
        assertEquals(1, otherwise.path("not_evaluable").asLong(), otherwise.toString());
        assertEquals(1, otherwise.path("not_kept").path("session").asLong(), otherwise.toString());
        // Not even the very condition that was consulted then says what it would say now.
        JsonNode word = replay(
                rules + other + "  - { id: watched, effect: deny, models: [demo], when: 'session.has(\"seen\")' }\n");
        assertEquals(1, word.path("not_evaluable").asLong(), word.toString());
    }

    @Test
    void aTimeThatIsNoneIsSaidBeforeTheDraftIsRead() {
        fixture = new GatewayFixture(folder);
        Outcome refused = fixture.run("policy", "replay", "--since", "soon", "nothing.yaml");
        assertEquals(2, refused.exitCode(), refused.out());
        assertTrue(refused.err().contains("--since is"), refused.err());
    }
}
