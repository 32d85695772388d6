package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.GatewayFixture.Outcome;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Why may somebody call something: asked of a running gateway, of a file, and of the record of a call. */
class PolicyExplainTest {
    @TempDir
    private Path folder;

    private GatewayFixture fixture;

    @BeforeEach
    void start() {
        fixture = new GatewayFixture(folder);
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @Test
    void theRunningGatewaySaysWhyWithEveryRule() {
        Outcome said = fixture.run("policy", "explain", "--as", "bot", "--tool", "sticky__write", "--all");
        assertEquals(0, said.exitCode(), said.err());
        assertTrue(said.out().contains("require-approval, by write"), said.out());
        assertTrue(said.out().contains("it does not name tool \"sticky__write\""), said.out());
        Outcome denied = fixture.run("policy", "explain", "--as", "bot", "--tool", "sticky__read", "-o", "json");
        JsonNode json = JsonMapper.shared().readTree(denied.out());
        assertEquals("allow", json.path("decision").asString(), denied.out());
        assertEquals("read", json.path("by").get(0).asString(), denied.out());
        assertEquals(3, json.path("rules").size(), denied.out());
    }

    @Test
    void aKeyStandsForWhoeverOwnsIt() {
        String key = fixture.newKey("bot");
        String id = key.substring("prk_".length(), "prk_".length() + 12);
        Outcome said = fixture.run("policy", "explain", "--as", id, "--model", "demo", "-o", "json");
        JsonNode caller = JsonMapper.shared().readTree(said.out()).path("caller");
        assertEquals("bot", caller.path("member").asString(), said.out() + said.err());
        assertEquals(id, caller.path("key").asString(), said.out());
    }

    @Test
    void aFileIsAskedWithoutAGateway() {
        String config = folder.resolve("portreeve.yaml").toString();
        fixture.gateway.close();
        Outcome said =
                fixture.run("policy", "explain", "--config", config, "--as", "agent:bot", "--tool", "sticky__nothing");
        assertEquals(0, said.exitCode(), said.err());
        assertTrue(said.out().contains("deny: no rule permits it"), said.out());
    }

    @Test
    void aNameThatDoesNotExistSaysTheNearestOne() {
        assertSays("did you mean \"bot\"", "--as", "bott", "--model", "demo");
        assertSays("did you mean \"sticky__read\"", "--as", "bot", "--tool", "sticky__raed");
        assertSays("did you mean \"sticky\"", "--as", "bot", "--tool", "stick__read");
        assertSays("did you mean \"demo\"", "--as", "bot", "--model", "dem");
        assertSays("name one thing that is called", "--as", "bot");
        assertSays("say who would call", "--model", "demo");
        assertSays("no JSON object", "--as", "bot", "--tool", "sticky__read", "--args", "[1]");
        assertSays("no amount of dollars", "--as", "bot", "--model", "demo", "--max-cost-usd", "much");
    }

    private void assertSays(String wanted, String... options) {
        String[] line = new String[options.length + 2];
        line[0] = "policy";
        line[1] = "explain";
        System.arraycopy(options, 0, line, 2, options.length);
        Outcome said = fixture.run(line);
        assertEquals(1, said.exitCode(), said.out());
        assertTrue(said.err().contains(wanted), said.err());
    }

    @Test
    void theRecordOfACallSaysWhyItFaredAsItDid() throws Exception {
        HttpRequest chat = HttpRequest.newBuilder(fixture.data().resolve("/v1/chat/completions"))
                .header("content-type", "application/json")
                .header("authorization", "Bearer " + fixture.newKey("bot"))
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"model\":\"demo\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"))
                .build();
        HttpResponse<String> answer = fixture.http.send(chat, HttpResponse.BodyHandlers.ofString());
        assertEquals(200, answer.statusCode(), answer.body());
        String call = answer.headers().firstValue("x-portreeve-call-id").orElseThrow();
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> fixture.run("policy", "explain", call).exitCode() == 0);
        Outcome said = fixture.run("policy", "explain", call, "-o", "json");
        JsonNode json = JsonMapper.shared().readTree(said.out());
        assertEquals("allow", json.path("decision").asString(), said.out());
        assertEquals(call, json.path("call").asString(), said.out());
        assertEquals("models", json.path("by").get(0).asString(), said.out());
        assertEquals(3, json.path("rules").size(), said.out());
        assertFalse(said.out().contains("\"hi\""), said.out());
        Outcome unknown = fixture.run("policy", "explain", "00000000-0000-0000-0000-000000000000");
        assertTrue(unknown.err().contains("no record has a decision about a call"), unknown.err());
        assertTrue(fixture.run("policy", "explain", "what").err().contains("is no id of a call"));
    }
}
