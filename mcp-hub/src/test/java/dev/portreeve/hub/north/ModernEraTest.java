package dev.portreeve.hub.north;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.InMemoryJournal;
import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.fixture.FixtureTools;
import dev.portreeve.hub.fixture.HttpFixture;
import dev.portreeve.hub.fixture.HubWorld;
import dev.portreeve.hub.wire.HeaderValue;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.approval.Vote;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The stateless era toward callers, over a server of the older era: what callers see of every ending. */
class ModernEraTest {
    private HttpFixture fixture;
    private HubWorld world;
    private Caller alice;

    @BeforeEach
    void start() throws Exception {
        fixture = HttpFixture.legacy();
        world = HubWorld.with(HubWorld.http("fix", fixture.url()));
        alice = world.caller("alice");
    }

    @AfterEach
    void stop() {
        world.close();
        fixture.close();
    }

    private static String call(String tool, String arguments) {
        return "\"name\":\"fix__" + tool + "\",\"arguments\":" + arguments;
    }

    private List<String> names(Caller caller) throws Exception {
        return caller.modern("tools/list", "").result().member("tools").elements().stream()
                .map(tool -> tool.member("name").asString().orElseThrow())
                .toList();
    }

    @Test
    void discoverNamesVersionsAndIsPrivate() throws Exception {
        RawJson result = alice.modern("server/discover", "").result();
        assertEquals("[\"2026-07-28\"]", String.valueOf(result.member("supportedVersions")));
        assertEquals("\"private\"", String.valueOf(result.member("cacheScope")));
        assertEquals("\"complete\"", String.valueOf(result.member("resultType")));
        assertEquals(
                "{\"tools\":{\"listChanged\":true},\"prompts\":{\"listChanged\":true},"
                        + "\"resources\":{\"listChanged\":true},\"completions\":{},\"logging\":{}}",
                String.valueOf(result.member("capabilities")));
    }

    @Test
    void theListIsSortedSafeAndTheCallersOwn() throws Exception {
        List<String> names = names(alice);
        assertEquals(List.copyOf(new TreeSet<>(names)), names);
        assertTrue(names.stream().allMatch(name -> name.matches("[A-Za-z0-9_-]{1,64}")), names.toString());
        assertTrue(names.containsAll(List.of("fix__echo", "fix__write", "fix__spawn")), names.toString());
        assertFalse(names.contains("fix__crash"), "forbidden to everybody");
        assertFalse(names.contains("fix__task"), "runs only as a task");
        assertFalse(names.contains("fix__no-schema"), "cannot be listed");
        assertFalse(names(world.caller("bob")).contains("fix__spawn"), "forbidden to bob");
    }

    @Test
    void definitionsKeepWhatNobodyKnows() throws Exception {
        RawJson echo = alice.modern("tools/list", "").result().member("tools").elements().stream()
                .filter(tool -> tool.toString().contains("\"fix__echo\""))
                .findFirst()
                .orElseThrow();
        assertEquals("1.50", String.valueOf(echo.member("x-vendor")));
        assertEquals("{\"anthropic/maxResultSizeChars\":5000}", String.valueOf(echo.member("_meta")));
    }

    @Test
    void aResultKeepsEveryByteAndGetsItsType() throws Exception {
        Caller.Heard heard = alice.modern("tools/call", call("echo", "{\"text\":\"gr\\u00fc\\u00df\"}"));
        String sent = FixtureTools.ECHO_RESULT_HEAD.formatted("\"gr\\u00fc\\u00df\"", "\"gr\\u00fc\\u00df\"");
        assertEquals(
                sent.substring(0, sent.length() - 1) + ",\"resultType\":\"complete\"}",
                heard.result().toString());
        assertFalse(heard.header("x-portreeve-call-id").isEmpty());
        assertEquals(List.of("call.opened", "call.closed"), world.governance().kinds());
    }

    @ParameterizedTest
    @CsvSource({
        "MCP-Protocol-Version,'',-32020",
        "MCP-Protocol-Version,2025-11-25,-32020",
        "Mcp-Method,'',-32020",
        "Mcp-Method,tools/list,-32020",
        "Mcp-Method,TOOLS/CALL,-32020",
        "Mcp-Name,'',-32020",
        "Mcp-Name,fix__write,-32020",
        "Mcp-Name,=?base64?***?=,-32020",
    })
    void headersMustMirrorTheBody(String header, String value, int code) throws Exception {
        Caller.Heard heard = alice.modernWith(Map.of(header, value), "tools/call", call("echo", "{}"));
        assertEquals(400, heard.status());
        assertEquals(code, heard.error().code());
        assertEquals(0, fixture.tools().calls());
    }

    @Test
    void anEncodedNameHeaderIsUnderstood() throws Exception {
        Caller.Heard heard = alice.modernWith(
                Map.of(HeaderValue.NAME, "=?base64?Zml4X19lY2hv?="), "tools/call", call("echo", "{\"text\":\"a\"}"));
        assertEquals("a", heard.text());
    }

    @Test
    void anUnknownVersionIsToldWhichThereAre() throws Exception {
        String meta = "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2027-01-01\","
                + "\"io.modelcontextprotocol/clientCapabilities\":{}}";
        Caller.Heard heard = alice.post(
                Map.of(HeaderValue.VERSION, "2027-01-01", HeaderValue.METHOD, "tools/list"),
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{" + meta + "}}");
        assertEquals(400, heard.status());
        assertEquals(McpError.UNSUPPORTED_VERSION, heard.error().code());
        assertEquals(
                "{\"supported\":[\"2026-07-28\"],\"requested\":\"2027-01-01\"}",
                String.valueOf(heard.error().data()));
    }

    @Test
    void twoVersionsAreAMismatchBeforeEitherIsJudged() throws Exception {
        Caller.Heard heard = alice.post(
                Map.of(HeaderValue.VERSION, "2026-07-28", HeaderValue.METHOD, "tools/list"),
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{\"_meta\":{"
                        + "\"io.modelcontextprotocol/protocolVersion\":\"v999\","
                        + "\"io.modelcontextprotocol/clientCapabilities\":{}}}}");
        assertEquals(400, heard.status());
        assertEquals(McpError.HEADER_MISMATCH, heard.error().code());
    }

    @Test
    void theEnvelopeMustBeThere() throws Exception {
        for (String params : List.of(
                "{}",
                "{\"_meta\":{}}",
                "{\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}}",
                "{\"_meta\":{\"io.modelcontextprotocol/clientCapabilities\":{}}}")) {
            Caller.Heard heard = alice.post(
                    Map.of(HeaderValue.VERSION, "2026-07-28", HeaderValue.METHOD, "tools/list"),
                    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":" + params + "}");
            assertEquals(400, heard.status(), params);
            assertEquals(McpError.INVALID_PARAMS, heard.error().code(), params);
        }
    }

    @Test
    void removedAndUnknownMethodsAreNotFound() throws Exception {
        for (String method : List.of("ping", "initialize", "logging/setLevel", "no/such")) {
            Caller.Heard heard = alice.modern(method, "");
            assertEquals(404, heard.status(), method);
            assertEquals(McpError.METHOD_NOT_FOUND, heard.error().code(), method);
        }
    }

    @Test
    void brokenBodiesAreRefusedBeforeAnythingHappens() throws Exception {
        Map<String, String> headers = Map.of(HeaderValue.VERSION, "2026-07-28");
        assertEquals(-32700, alice.post(headers, "{").error().code());
        assertEquals(-32600, alice.post(headers, "[]").error().code());
        assertEquals(415, alice.post(Map.of("Content-Type", "text/plain"), "{}").status());
        assertEquals(405, alice.send("GET", headers).status());
        assertEquals(405, alice.send("DELETE", headers).status());
        assertEquals(405, alice.send("PUT", Map.of()).status());
        assertEquals(
                -32700,
                alice.post(
                                headers,
                                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"fix__echo\","
                                        + "\"arguments\":{\"a\":1,\"a\":2}}}")
                        .error()
                        .code());
        assertEquals(List.of(), world.governance().kinds());
    }

    @Test
    void forbiddenLooksExactlyLikeUnknown() throws Exception {
        Caller bob = world.caller("bob");
        Caller.Heard forbidden = bob.modern("tools/call", call("spawn", "{}"));
        Caller.Heard unknown = bob.modern("tools/call", call("spown", "{}"));
        assertEquals(McpError.INVALID_PARAMS, forbidden.error().code());
        assertEquals(
                unknown.error().message().replace("spown", "spawn"),
                forbidden.error().message());
        assertEquals(unknown.status(), forbidden.status());
        assertEquals(unknown.headers().keySet(), forbidden.headers().keySet());
        assertEquals(List.of("call.refused"), world.governance().kinds());
        assertEquals(0, fixture.tools().calls());
    }

    @Test
    void whoSeesAToolIsToldWhyTheseArgumentsAreRefused() throws Exception {
        Caller.Heard heard = alice.modern("tools/call", call("echo", "{\"text\":\"forbidden\"}"));
        assertTrue(heard.result().member("isError").isTrue());
        assertEquals("\"forbidden\"", heard.meta("dev.portreeve/reason"));
        assertEquals(0, fixture.tools().calls());
    }

    @Test
    void noMoneyIsAToolErrorWithAReason() throws Exception {
        Caller.Heard heard = world.caller("poor").modern("tools/call", call("echo", "{}"));
        assertTrue(heard.result().member("isError").isTrue());
        assertEquals("\"budget_exhausted\"", heard.meta("dev.portreeve/reason"));
        assertEquals("\"" + heard.header("x-portreeve-call-id") + "\"", heard.meta("dev.portreeve/call-id"));
        assertEquals(0, fixture.tools().calls());
    }

    @Test
    void secretsAreBlockedAndAddressesMaskedOnTheWayInAndOut() throws Exception {
        Caller.Heard blocked = alice.modern("tools/call", call("echo", "{\"text\":\"" + Secrets.PEM + "\"}"));
        assertEquals("\"guardrail_blocked\"", blocked.meta("dev.portreeve/reason"));
        assertEquals(0, fixture.tools().calls());
        Caller.Heard masked = alice.modern("tools/call", call("echo", "{\"text\":\"ask jane@example.com now\"}"));
        assertFalse(
                masked.result().toString().contains("jane@example.com"),
                masked.result().toString());
        assertTrue(masked.text().startsWith("ask "), masked.text());
        assertTrue(masked.text().endsWith(" now"), masked.text());
        assertEquals("[1,2.50]", String.valueOf(masked.result().member("x-vendor")));
    }

    @Test
    void anApprovalIsAskedForOnceAndUsedOnce() throws Exception {
        String write = call("write", "{\"text\":\"hello\"}");
        Caller.Heard first = alice.modern("tools/call", write);
        assertTrue(first.result().member("isError").isTrue());
        assertEquals("\"approval_required\"", first.meta("dev.portreeve/reason"));
        String ticket = ticket(first);
        assertTrue(first.text().contains(ticket), first.text());
        assertTrue(first.text().contains("repeat exactly the same call"), first.text());
        assertFalse(first.text().contains("http"), "nothing that lets anybody decide");
        assertEquals(0, fixture.tools().calls());
        world.governance().decide(ticket, Vote.Choice.APPROVE);
        assertEquals(
                "\"approval_required\"",
                alice.modern("tools/call", call("write", "{\"text\":\"other\"}"))
                        .meta("dev.portreeve/reason"),
                "other arguments need their own yes");
        assertEquals("hello", alice.modern("tools/call", write).text());
        assertEquals("\"approval_required\"", alice.modern("tools/call", write).meta("dev.portreeve/reason"));
        assertEquals(1, fixture.tools().calls());
    }

    @Test
    void whileAPersonDecidesTheCallerHearsThatItsCallIsHeld() throws Exception {
        Caller.Heard heard = alice.modern("tools/call", call("write", "{}"), "\"progressToken\":\"tok\"");
        assertTrue(heard.stream());
        assertTrue(heard.messages().size() >= 3, heard.messages().toString());
        RawJson report = heard.messages().getFirst().member("params");
        assertEquals("\"tok\"", String.valueOf(report.member("progressToken")));
        assertEquals("\"approval_required\"", heard.meta("dev.portreeve/reason"));
    }

    @Test
    void progressComesUnderTheCallersToken() throws Exception {
        Caller.Heard heard = alice.modern("tools/call", call("steps", "{}"), "\"progressToken\":\"mine\"");
        assertTrue(heard.stream());
        List<RawJson> reports = heard.messages().subList(0, 3).stream()
                .map(message -> message.member("params"))
                .toList();
        for (int i = 0; i < 3; i++) {
            assertEquals("\"mine\"", String.valueOf(reports.get(i).member("progressToken")));
            assertEquals(String.valueOf(i + 1), String.valueOf(reports.get(i).member("progress")));
        }
        assertEquals("done", heard.text());
        assertFalse(alice.modern("tools/call", call("steps", "{}")).stream(), "nobody asked for progress");
    }

    @Test
    void closingTheStreamCancels() throws Exception {
        HttpResponse<InputStream> held = alice.open("tools/call", call("hold", "{}"), "");
        assertEquals(200, held.statusCode());
        held.body().close();
        await().until(() -> fixture.tools().cancelled() == 1);
        await().until(() -> world.governance().kinds().contains("call.closed"));
    }

    @Test
    void serverErrorsAreToolErrors() throws Exception {
        assertEquals(
                "it went wrong", alice.modern("tools/call", call("fail", "{}")).text());
        Caller.Heard refused = alice.modern("tools/call", call("refuse", "{}"));
        assertTrue(refused.result().member("isError").isTrue());
        assertEquals("-32602", refused.meta("dev.portreeve/upstream-error-code"));
        fixture.trap("cut");
        Caller.Heard cut = alice.modern("tools/call", call("echo", "{}"));
        assertEquals("\"upstream_cut\"", cut.meta("dev.portreeve/reason"));
    }

    @Test
    void withoutEvidenceNothingIsReleased() throws Exception {
        world.governance().journal().next(InMemoryJournal.Fault.FAILS);
        Caller.Heard heard = alice.modern("tools/call", call("echo", "{\"text\":\"a\"}"));
        assertEquals(503, heard.status());
        assertEquals(McpError.INTERNAL_ERROR, heard.error().code());
        assertEquals(0, fixture.tools().calls(), "it is not known to be read-only, so it did not run either");
    }

    @Test
    void aDeadServerKeepsItsToolsAndFailsQuickly() throws Exception {
        fixture.close();
        assertTrue(names(alice).contains("fix__echo"));
        Caller.Heard heard = alice.modern("tools/call", call("echo", "{}"));
        assertEquals("\"upstream_unreachable\"", heard.meta("dev.portreeve/reason"));
    }

    @Test
    void anApprovalIsForTheDefinitionThatWasShown() throws Exception {
        String write = call("write", "{}");
        String ticket = ticket(alice.modern("tools/call", write));
        world.governance().decide(ticket, Vote.Choice.APPROVE);
        alice.modern("tools/call", call("change", "{}"));
        awaitListed("Writes elsewhere");
        Caller.Heard again = alice.modern("tools/call", write);
        assertEquals("\"approval_required\"", again.meta("dev.portreeve/reason"));
        assertNotEquals(ticket, ticket(again));
    }

    @Test
    void aDefinitionThatChangesWhileAPersonDecidesIsNotRun() throws Exception {
        try (HubWorld patient =
                HubWorld.with(InstantSource.system(), Duration.ofSeconds(20), HubWorld.http("fix", fixture.url()))) {
            BlockingQueue<Caller.Heard> ended = new ArrayBlockingQueue<>(1);
            Thread.ofVirtual().start(() -> {
                try {
                    ended.add(patient.caller("alice").modern("tools/call", call("write", "{}")));
                } catch (Exception broken) {
                    throw new IllegalStateException(broken);
                }
            });
            await().until(() -> !patient.governance().waitingTickets().isEmpty());
            Caller bob = patient.caller("bob");
            bob.modern("tools/call", call("change", "{}"));
            await().until(() -> bob.modern("tools/list", "").result().toString().contains("Writes elsewhere"));
            patient.governance().decide(patient.governance().waitingTickets().getFirst(), Vote.Choice.APPROVE);
            Caller.Heard heard = ended.poll(20, TimeUnit.SECONDS);
            assertEquals("\"definition_changed\"", heard.meta("dev.portreeve/reason"));
            assertEquals(1, fixture.tools().calls(), "only the call that changed the definition");
        }
    }

    private static String ticket(Caller.Heard heard) {
        return RawJson.of(heard.meta("dev.portreeve/approval-ticket"))
                .asString()
                .orElseThrow();
    }

    private void awaitListed(String words) {
        await().until(() -> alice.modern("tools/list", "").result().toString().contains(words));
    }
}
