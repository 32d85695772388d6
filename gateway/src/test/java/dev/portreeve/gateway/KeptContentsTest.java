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

/** Contents of calls through a whole gateway: kept as the route says, read on record, held, erased, and everything still proved. */
class KeptContentsTest {
    private static final String KEEPING = """
        guardrails: [{ id: pii, detect: pii, on: [input, output, tool-arguments, tool-results], action: mask }]
        audit:
          payloads:
            - { models: [demo], input: redacted, output: full }
            - { tools: [sticky__write], input: none }
            - { tools: ["sticky__*"], input: full, output: digest, max-bytes: 40 }
        """;

    @TempDir
    private Path folder;

    private GatewayFixture fixture;

    @AfterEach
    void stop() {
        fixture.close();
    }

    private String chat(String key, String words) throws IOException, InterruptedException {
        HttpRequest chat = HttpRequest.newBuilder(fixture.data().resolve("/v1/chat/completions"))
                .header("content-type", "application/json")
                .header("authorization", "Bearer " + key)
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"model\":\"demo\",\"max_tokens\":50,\"messages\":[{\"role\":\"user\",\"content\":\"" + words
                                + "\"}]}"))
                .build();
        HttpResponse<String> answer = fixture.http.send(chat, HttpResponse.BodyHandlers.ofString());
        assertEquals(200, answer.statusCode(), answer.body());
        return answer.headers().firstValue("x-portreeve-call-id").orElseThrow();
    }

    private JsonNode json(String... arguments) {
        Outcome ended = fixture.run(arguments);
        assertEquals(0, ended.exitCode(), ended.err());
        return JsonMapper.shared().readTree(ended.out());
    }

    private JsonNode contents(String call) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> json("audit", "show", call, "-o", "json")
                                .path("records")
                                .size()
                        == 2);
        return json("audit", "show", call, "--payload", "--reason", "a test", "--as", "anna", "-o", "json")
                .path("payloads");
    }

    private JsonNode search(String... more) {
        String[] all = new String[more.length + 4];
        System.arraycopy(new String[] {"audit", "search", "-o", "json"}, 0, all, 0, 4);
        System.arraycopy(more, 0, all, 4, more.length);
        return json(all).path("entries");
    }

    @Test
    void whatIsKeptIsReadOnRecordHeldAndErased() throws Exception {
        fixture = new GatewayFixture(folder, KEEPING);
        String bot = fixture.newKey("bot");
        String other = fixture.newKey("other");
        Files.writeString(folder.resolve("note"), "remember the milk");
        String call = chat(bot, "write to eve@example.com");
        String others = chat(other, "hello");
        JsonNode kept = contents(call);
        assertEquals("prompt", kept.path(0).path("name").asString(), kept.toString());
        assertTrue(kept.path(0).path("text").asString().contains("write to "), kept.toString());
        assertFalse(kept.path(0).path("text").asString().contains("eve@example.com"), kept.toString());
        assertEquals("answer", kept.path(1).path("name").asString());
        assertEquals("intact", kept.path(1).path("state").asString());
        assertFalse(kept.path(1).path("text").asString().isEmpty());

        assertEquals(
                0,
                fixture.run("mcp", "call", "--key", bot, "sticky__read", "text=" + "x".repeat(100))
                        .exitCode());
        await().atMost(Duration.ofSeconds(30))
                .until(() -> search("--tool", "sticky__read", "--outcome", "completed")
                                .size()
                        == 1);
        String tool = search("--tool", "sticky__read").path(0).path("id").asString();
        JsonNode ofTool = contents(tool);
        assertEquals("cut", ofTool.path(0).path("state").asString(), ofTool.toString());
        assertTrue(ofTool.path(0).path("text").asString().startsWith("{\"text\":\"xxx"), ofTool.toString());
        assertEquals("digest", ofTool.path(1).path("state").asString(), ofTool.toString());

        assertTrue(fixture.run("audit", "tail").out().contains("\"kind\":\"payload.read\""));
        assertFalse(fixture.run("audit", "tail", "-n", "100").out().contains("remember the milk"));
        assertFalse(fixture.run("audit", "tail", "-n", "100").out().contains("write to"));
        assertEquals(2, fixture.run("audit", "show", call, "--payload").exitCode());

        erase(call, others);
    }

    private void erase(String call, String others) {
        String hold = fixture.run(
                        "audit", "hold", "add", "--subject", "agent:bot", "--reason", "case 17", "--as", "carl")
                .out()
                .strip();
        Outcome held = fixture.run("audit", "erase", "--subject", "agent:bot", "--reason", "article 17");
        assertEquals(1, held.exitCode(), held.out());
        assertTrue(held.err().contains("legal hold " + hold), held.err());
        assertTrue(fixture.run("audit", "hold", "list").out().contains("case 17"));
        assertEquals(
                0,
                fixture.run("audit", "hold", "release", hold, "--reason", "closed")
                        .exitCode());
        assertFalse(fixture.run("audit", "hold", "list").out().contains("case 17"));

        JsonNode erased = json("audit", "erase", "--subject", "agent:bot", "--reason", "article 17", "-o", "json");
        assertEquals(1, erased.path("keys").asInt(), erased.toString());
        assertTrue(erased.path("elsewhere").has("tickets"), erased.toString());
        await().atMost(Duration.ofSeconds(30))
                .until(() -> contents(call).path(0).path("index").isNumber());
        String shown = fixture.run("audit", "show", call, "--payload", "--reason", "look")
                .out();
        assertTrue(
                shown.contains("prompt  ERASED: their subject was erased (record "
                        + erased.path("record").asString()),
                shown);
        assertEquals("intact", contents(others).path(1).path("state").asString());
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            Outcome verified = fixture.run("audit", "verify");
            assertEquals(0, verified.exitCode(), verified.out());
            assertTrue(verified.out().contains("ERASED: the contents of agent:bot"), verified.out());
        });
    }

    @Test
    void whatWasAskedOfPeopleGoesWhenItIsOver() throws Exception {
        fixture = new GatewayFixture(folder, KEEPING);
        String bot = fixture.newKey("bot");
        Outcome asked = fixture.run("mcp", "call", "--key", bot, "sticky__write", "text=canary-in-a-ticket");
        assertEquals(1, asked.exitCode(), asked.out());
        JsonNode open = json("audit", "erase", "--subject", "agent:bot", "--reason", "article 17", "-o", "json");
        assertEquals(1, open.path("elsewhere").path("tickets_left_open").asInt(), open.toString());
        assertTrue(
                fixture.isTrue("SELECT position('canary-in-a-ticket'::bytea IN arguments) > 0 FROM policy.approval"));
        String ticket = json("approvals", "list", "-o", "json")
                .path("approvals")
                .path(0)
                .path("id")
                .asString();
        Outcome denied = fixture.run("approvals", "deny", ticket, "--reason", "no", "--as", "carl");
        assertEquals(0, denied.exitCode(), denied.err());
        JsonNode over = json("audit", "erase", "--subject", "agent:bot", "--reason", "article 17", "-o", "json");
        assertEquals(1, over.path("elsewhere").path("tickets").asInt(), over.toString());
        assertEquals(0, over.path("elsewhere").path("tickets_left_open").asInt(), over.toString());
        assertTrue(fixture.isTrue("SELECT arguments = '{}' FROM policy.approval"));
    }

    @Test
    void nothingIsKeptUnlessARouteSaysSoAndBadInputIsNamed() throws Exception {
        fixture = new GatewayFixture(folder);
        String call = chat(fixture.newKey("bot"), "hello");
        assertEquals(0, contents(call).size());
        assertTrue(fixture.isTrue("SELECT count(*) = 0 FROM audit.payload"));
        assertTrue(fixture.isTrue("SELECT count(*) = 0 FROM audit.payload_key"));
        assertEquals(
                400,
                fixture.api("GET", "/api/v1/audit/search?since=yesterday", "").statusCode());
        assertEquals(
                400, fixture.api("GET", "/api/v1/audit/search?after=there", "").statusCode());
        assertEquals(400, fixture.api("GET", "/api/v1/audit/search?call=1", "").statusCode());
        assertEquals(
                404,
                fixture.api("GET", "/api/v1/audit/calls/0198b2a4-7c1e-7000-8000-000000000000", "")
                        .statusCode());
        assertEquals(
                400,
                fixture.api("POST", "/api/v1/audit/calls/" + call + "/payloads", "{}")
                        .statusCode());
        assertEquals(
                400,
                fixture.api("POST", "/api/v1/audit/erasures", "{\"subject\":\"bot\",\"reason\":\"x\"}")
                        .statusCode());
        assertEquals(
                400,
                fixture.api(
                                "POST",
                                "/api/v1/audit/holds",
                                "{\"since\":\"2026-02-01\",\"until\":\"2026-01-01\",\"reason\":\"x\"}")
                        .statusCode());
    }
}
