package dev.portreeve.hub.north;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.fixture.HttpFixture;
import dev.portreeve.hub.fixture.HubWorld;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.approval.Vote;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.spec.McpSchema;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What governs a call that takes several rounds, or asks its caller on the way. */
class GovernedRoundsTest {
    private static final String ABLE = "{\"elicitation\":{}}";
    private HttpFixture older;
    private HttpFixture newer;
    private HubWorld world;
    private Caller alice;

    @BeforeEach
    void start() throws Exception {
        older = HttpFixture.legacy();
        newer = HttpFixture.modern();
        world = HubWorld.with(HubWorld.http("old", older.url()), HubWorld.http("new", newer.url()));
        alice = world.caller("alice").capable(ABLE);
    }

    @AfterEach
    void stop() {
        world.close();
        older.close();
        newer.close();
    }

    private static String order(String server) {
        return "\"name\":\"" + server + "__order\",\"arguments\":{\"n\":1}";
    }

    private static String back(Caller.Heard asked, String city) {
        String key = asked.result()
                .member("inputRequests")
                .members()
                .keySet()
                .iterator()
                .next();
        return ",\"requestState\":" + asked.result().member("requestState") + ",\"inputResponses\":{\"" + key
                + "\":{\"action\":\"accept\",\"content\":{\"city\":\"" + city + "\"}}}";
    }

    private static String ticket(Caller.Heard heard) {
        return RawJson.of(heard.meta("dev.portreeve/approval-ticket"))
                .asString()
                .orElseThrow();
    }

    private Caller.Heard approvedAndAsked(String server) throws Exception {
        String ticket = ticket(alice.modern("tools/call", order(server)));
        world.governance().decide(ticket, Vote.Choice.APPROVE);
        return alice.modern("tools/call", order(server));
    }

    private List<String> leaves(String callId) {
        return world.governance().journal().records().stream()
                .map(stored -> new String(stored.leaf(), StandardCharsets.UTF_8))
                .filter(leaf -> leaf.contains(callId))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"old", "new"})
    void aYesHoldsForTheRoundsThatFollow(String server) throws Exception {
        Caller.Heard asked = approvedAndAsked(server);
        Caller.Heard answered = alice.modern("tools/call", order(server) + back(asked, "Trier"));
        assertEquals("Trier", answered.text());
        assertEquals(List.of(), world.governance().waitingTickets());
        String first = asked.header("x-portreeve-call-id");
        String second = answered.header("x-portreeve-call-id");
        assertNotEquals(first, second);
        await().until(() -> leaves(second).stream()
                .anyMatch(leaf ->
                        leaf.contains("call.closed") || leaf.contains("\"approved_in_call\":\"" + first + "\"")));
        assertTrue(
                leaves(second).stream()
                        .anyMatch(leaf -> leaf.contains("approval.redeemed")
                                && leaf.contains("\"approved_in_call\":\"" + first + "\"")),
                leaves(second).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"old", "new"})
    void aYesGoesOnOnceOnly(String server) throws Exception {
        Caller.Heard asked = approvedAndAsked(server);
        String again = order(server) + back(asked, "Trier");
        assertEquals("Trier", alice.modern("tools/call", again).text());
        int calls = newer.tools().calls() + older.tools().calls();
        Caller.Heard replayed = alice.modern("tools/call", again);
        assertFalse(ticket(replayed).isEmpty());
        assertEquals(1, world.governance().waitingTickets().size(), "the replay needs a yes of its own");
        assertEquals(calls, newer.tools().calls() + older.tools().calls());
    }

    @Test
    void whatAGuardrailMasksBesideTheArgumentsDoesNotDisturbTheApproval() throws Exception {
        String ticket = ticket(alice.modern("tools/call", order("new"), "\"com.example/who\":\"ann@example.com\""));
        world.governance().decide(ticket, Vote.Choice.APPROVE);
        Caller.Heard asked = alice.modern("tools/call", order("new"), "\"com.example/who\":\"ann@example.com\"");
        Caller.Heard answered = alice.modern("tools/call", order("new") + back(asked, "bob@example.com"));
        assertTrue(answered.text().startsWith("["), answered.text());
        assertEquals(List.of(), world.governance().waitingTickets());
        assertEquals(
                "null",
                String.valueOf(
                        newer.tools().context().lastParams().member("_meta").member("com.example/who")));
    }

    private McpSyncClient asked(List<String> questions, String answer) {
        HttpClientStreamableHttpTransport transport = HttpClientStreamableHttpTransport.builder(
                        world.edge().origin().toString())
                .endpoint("/mcp")
                .requestBuilder(HttpRequest.newBuilder().header("Authorization", "Bearer alice"))
                .build();
        return McpClient.sync(transport)
                .requestTimeout(Duration.ofSeconds(30))
                .capabilities(
                        McpSchema.ClientCapabilities.builder().elicitation().build())
                .elicitation(question -> {
                    questions.add(question.message());
                    return new McpSchema.ElicitResult(McpSchema.ElicitResult.Action.ACCEPT, Map.of("city", answer));
                })
                .build();
    }

    private static String confide(McpSyncClient client, String a, String b) {
        McpSchema.CallToolResult result =
                client.callTool(new McpSchema.CallToolRequest("old__confide", Map.of("a", a, "b", b), Map.of()));
        return ((McpSchema.TextContent) result.content().getFirst()).text();
    }

    @Test
    void guardrailsReadWhatACallerWithASessionIsAskedAndAnswers() {
        List<String> questions = new ArrayList<>();
        try (McpSyncClient client = asked(questions, "write to bob@example.com")) {
            client.initialize();
            String answered = confide(client, "is it ann@", "example.com?");
            assertEquals(1, questions.size());
            assertFalse(questions.getFirst().contains("ann@"), questions.toString());
            assertTrue(questions.getFirst().startsWith("[old] is it ["), questions.toString());
            assertFalse(older.tools().context().lastAnswer().contains("bob@"), "the server got the address");
            assertFalse(answered.contains("bob@"), answered);
        }
    }

    @Test
    void aSecretInAQuestionEndsTheCallUnasked() {
        List<String> questions = new ArrayList<>();
        try (McpSyncClient client = asked(questions, "Trier")) {
            client.initialize();
            String pem = RawJson.of('"' + Secrets.PEM + '"').asString().orElseThrow();
            int half = "-----BEGIN".length();
            String refused = confide(client, pem.substring(0, half), pem.substring(half));
            assertTrue(refused.contains("found a") && refused.contains("what the server asked"), refused);
            assertEquals(List.of(), questions);
        }
    }

    @Test
    void aSecretInAnAnswerEndsTheCallAndDoesNotReachTheServer() {
        List<String> questions = new ArrayList<>();
        String pem = RawJson.of('"' + Secrets.PEM + '"').asString().orElseThrow();
        try (McpSyncClient client = asked(questions, pem)) {
            client.initialize();
            String refused = confide(client, "which", " city?");
            assertTrue(refused.contains("the caller's reply"), refused);
            assertEquals(List.of("[old] which city?"), questions);
            assertFalse(older.tools().context().lastAnswer().contains("PRIVATE"), "the server got the key");
        }
    }
}
