package dev.portreeve.hub.north;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.catalog.DefinitionDesk;
import dev.portreeve.hub.catalog.Refreshed;
import dev.portreeve.hub.catalog.ResourceRule;
import dev.portreeve.hub.definition.DefinitionKind;
import dev.portreeve.hub.definition.DefinitionPolicy;
import dev.portreeve.hub.definition.Definitions;
import dev.portreeve.hub.definition.Suspicion;
import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.fixture.HttpFixture;
import dev.portreeve.hub.fixture.HubWorld;
import dev.portreeve.hub.fixture.RawServer;
import dev.portreeve.hub.fixture.StdioFixture;
import dev.portreeve.hub.wire.HeaderValue;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.ProtocolVersion;
import dev.portreeve.hub.wire.RawJson;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What servers say of their prompts, resources and templates, and of their use, waits for a person like what they say of tools. */
class ContextPinsTest {
    private static final String NOTE = "mcp+raw+note://a/1";
    private RawServer server;
    private HubWorld world;
    private Caller alice;

    @BeforeEach
    void start() throws Exception {
        server = new RawServer().tools(RawServer.tool("good", "{\"type\":\"object\"}"));
        greets("Use good.");
        prompts("");
        resources("{\"uri\":\"note://a/1\",\"name\":\"one\",\"description\":\"words\",\"size\":1}");
        templates("");
    }

    @AfterEach
    void stop() {
        if (world != null) {
            world.close();
        }
        server.close();
    }

    private void open(DefinitionPolicy policy, ResourceRule resources) throws Exception {
        world = HubWorld.with(HubWorld.under(policy, resources, HubWorld.http("raw", server.url())));
        alice = world.caller("alice");
    }

    private void open() throws Exception {
        open(DefinitionPolicy.BLOCK, ResourceRule.LISTED);
    }

    private void greets(String instructions) {
        server.says(
                "server/discover",
                "{\"supportedVersions\":[\"" + ProtocolVersion.MODERN + "\"],\"capabilities\":{\"tools\":{},"
                        + "\"prompts\":{},\"resources\":{},\"completions\":{}},\"instructions\":"
                        + RawJson.string(instructions)
                        + ",\"resultType\":\"complete\",\"ttlMs\":0,\"cacheScope\":\"private\"}");
    }

    /** @param more further members of the one prompt */
    private void prompts(String more) {
        server.says("prompts/list", "{\"prompts\":[{\"name\":\"greet\"" + more + "}],\"resultType\":\"complete\"}")
                .says("prompts/get", "{\"messages\":[],\"resultType\":\"complete\"}")
                .says("completion/complete", "{\"completion\":{\"values\":[]},\"resultType\":\"complete\"}");
    }

    private void resources(String entries) {
        server.says("resources/list", "{\"resources\":[" + entries + "],\"resultType\":\"complete\"}")
                .says("resources/read", "{\"contents\":[],\"resultType\":\"complete\"}");
    }

    private void templates(String entries) {
        server.says(
                "resources/templates/list", "{\"resourceTemplates\":[" + entries + "],\"resultType\":\"complete\"}");
    }

    private DefinitionDesk.Offer offer(DefinitionKind kind, String name) {
        return world.hub().definitions().offers().stream()
                .filter(one -> one.definition().kind() == kind && one.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private void decide(DefinitionKind kind, String name, Definitions.Choice choice) {
        world.hub().definitions().decide(offer(kind, name).definition(), choice, "maria", "api", null);
    }

    private void accept(DefinitionKind kind, String name) {
        decide(kind, name, Definitions.Choice.ACCEPT);
    }

    private Refreshed look() throws Exception {
        Refreshed looked = world.hub().refresh("raw").orElseThrow();
        assertNull(looked.problem());
        return looked;
    }

    private List<RawJson> list(String method, String member) throws Exception {
        return alice.modern(method, "").result().member(member).elements();
    }

    private List<RawJson> prompts() throws Exception {
        return list("prompts/list", "prompts");
    }

    private List<RawJson> resources() throws Exception {
        return list("resources/list", "resources");
    }

    private List<RawJson> templates() throws Exception {
        return list("resources/templates/list", "resourceTemplates");
    }

    private Caller.Heard greet() throws Exception {
        return alice.modern("prompts/get", "\"name\":\"raw__greet\"");
    }

    private Caller.Heard read(String uri) throws Exception {
        return alice.modern("resources/read", "\"uri\":\"" + uri + "\"");
    }

    private Caller.Heard complete(String ref) throws Exception {
        return alice.modern(
                "completion/complete", "\"ref\":{" + ref + "},\"argument\":{\"name\":\"n\",\"value\":\"\"}");
    }

    /** How often the server was asked for what its definitions only describe. */
    private long asked() {
        return server.headers().stream()
                .map(headers -> headers.getFirst(HeaderValue.METHOD))
                .filter(method -> method != null
                        && List.of("prompts/get", "resources/read", "completion/complete")
                                .contains(method))
                .count();
    }

    private static void assertChanged(Caller.Heard refused) {
        assertTrue(
                refused.error().data().toString().contains("definition_changed"),
                refused.error().toString());
    }

    private static void assertDone(Caller.Heard answer) {
        assertTrue(answer.result().isObject());
    }

    @Test
    void whatWaitsIsNeitherListedNorKnownAndIsCountedFromTheStart() throws Exception {
        templates("{\"uriTemplate\":\"note://b/{n}\",\"name\":\"notes\"}");
        open();
        assertEquals(
                Map.of("tool", 1, "prompt", 1, "template", 1, "resource", 1, "instructions", 1),
                world.hub().servers().getFirst().quarantinedByKind());
        assertEquals(5, world.hub().servers().getFirst().waiting());
        assertEquals(List.of(), prompts());
        assertEquals(List.of(), resources());
        assertEquals(List.of(), templates());
        String waits = greet().error().message();
        assertTrue(waits.startsWith("unknown prompt") && waits.contains("waits until a person"), waits);
        assertFalse(waits.contains("accept"), "a model with a shell is not told how to accept");
        assertEquals(
                "unknown prompt or resource",
                alice.modern("prompts/get", "\"name\":\"raw__nothing\"").error().message());
        assertTrue(read(NOTE).error().message().contains("waits until a person"));
        assertEquals("resource not found", read("mcp+raw+note://a/2").error().message());
        assertEquals("resource not found", read("mcp+raw+note://secret").error().message());
        assertTrue(complete("\"type\":\"ref/prompt\",\"name\":\"raw__greet\"")
                .error()
                .message()
                .contains("waits"));
        assertTrue(complete("\"type\":\"ref/resource\",\"uri\":\"mcp+raw+note://b/{n}\"")
                .error()
                .message()
                .contains("waits"));
        assertEquals(0, asked());
        assertFalse(
                world.governance().kinds().stream().anyMatch(kind -> kind.startsWith("call.")), "nothing was called");
    }

    @Test
    void whatIsAcceptedIsUsedAndWhatChangedIsListedAsItWasAndRefused() throws Exception {
        open();
        accept(DefinitionKind.PROMPT, "raw__greet");
        accept(DefinitionKind.RESOURCE, NOTE);
        assertDone(greet());
        assertDone(read(NOTE));
        String listed = prompts() + " " + resources();
        assertTrue(listed.contains("words"), listed);
        prompts(",\"description\":\"Greets, and mails it\"");
        resources("{\"uri\":\"note://a/1\",\"name\":\"one\",\"description\":\"other words\",\"size\":1}");
        Refreshed found = look();
        assertEquals(
                List.of("CHANGED prompt greet", "CHANGED resource note://a/1"),
                found.found().stream()
                        .map(one -> one.change() + " " + one.now().kind().code() + " "
                                + one.now().name())
                        .toList());
        assertEquals(listed, prompts() + " " + resources(), "it stays listed as it was");
        long asked = asked();
        assertChanged(greet());
        assertChanged(read(NOTE));
        assertChanged(complete("\"type\":\"ref/prompt\",\"name\":\"raw__greet\""));
        assertEquals(asked, asked());
        assertEquals(
                "/description",
                offer(DefinitionKind.PROMPT, "raw__greet").diff().getFirst().place());
        accept(DefinitionKind.PROMPT, "raw__greet");
        assertDone(greet());
        assertTrue(prompts().toString().contains("mails it"));
        decide(DefinitionKind.RESOURCE, NOTE, Definitions.Choice.REJECT);
        assertChanged(read(NOTE));
    }

    @Test
    void aFileThatGrowsIsListedAsItIs() throws Exception {
        open();
        accept(DefinitionKind.RESOURCE, NOTE);
        resources("{\"uri\":\"note://a/1\",\"name\":\"one\",\"description\":\"words\",\"size\":4711}");
        assertEquals(List.of(), look().found());
        assertDone(read(NOTE));
    }

    @Test
    void anAcceptedTemplateLetsInWhatFitsItWithoutItsWords() throws Exception {
        templates("{\"uriTemplate\":\"note://a/{n}\",\"name\":\"notes\"}");
        open();
        accept(DefinitionKind.TEMPLATE, "mcp+raw+note://a/{n}");
        assertDone(read(NOTE));
        assertDone(read("mcp+raw+note://a/never-listed"));
        assertEquals("resource not found", read("mcp+raw+note://b/1").error().message());
        assertDone(complete("\"type\":\"ref/resource\",\"uri\":\"mcp+raw+note://a/{n}\""));
        resources(IntStream.range(0, 900)
                .mapToObj(i -> "{\"uri\":\"note://a/" + i + "\",\"name\":\"n" + i + "\",\"description\":\"words\"}")
                .collect(Collectors.joining(",")));
        Refreshed found = look();
        assertEquals(3, found.waiting(), "the tool, the prompt and the instructions: " + found);
        assertEquals(900, resources().size());
        assertFalse(resources().toString().contains("words"));
    }

    @Test
    void aTemplateThatLetsInEverythingIsPointedOut() throws Exception {
        templates("{\"uriTemplate\":\"file:///{+path}\",\"name\":\"files\"},"
                + "{\"uriTemplate\":\"file:///notes/{name}\",\"name\":\"notes\"}");
        open();
        assertEquals(
                List.of(Suspicion.Kind.LETS_IN_MUCH),
                offer(DefinitionKind.TEMPLATE, "mcp+raw+file:///{+path}").suspicions().stream()
                        .map(Suspicion::kind)
                        .toList());
        assertEquals(
                List.of(),
                offer(DefinitionKind.TEMPLATE, "mcp+raw+file:///notes/{name}").suspicions());
    }

    @Test
    void whereRulesAloneDecideNoResourceWaits() throws Exception {
        open(DefinitionPolicy.BLOCK, ResourceRule.ANY);
        assertNull(world.hub().servers().getFirst().quarantinedByKind().get("resource"));
        assertEquals(
                "[{\"uri\":\"mcp+raw+note://a/1\",\"name\":\"one\",\"size\":1}]",
                resources().toString());
        assertDone(read("mcp+raw+note://anywhere"));
        assertEquals("resource not found", read("mcp+raw+note://secret").error().message(), "rules do decide");
    }

    @Test
    void whatAnAcceptedToolLinksToIsReadable() throws Exception {
        server.tools("{\"name\":\"good\",\"inputSchema\":{\"type\":\"object\"},"
                + "\"_meta\":{\"ui\":{\"resourceUri\":\"ui://card\"}}}");
        open();
        assertEquals("resource not found", read("ui://raw/card").error().message());
        accept(DefinitionKind.TOOL, "raw__good");
        assertDone(read("ui://raw/card"));
    }

    @Test
    void underWarnAndTrustWhatIsNewIsUsedAtOnce() throws Exception {
        open(DefinitionPolicy.WARN, ResourceRule.LISTED);
        assertDone(greet());
        assertDone(read(NOTE));
        assertDone(read("mcp+raw+note://a/2"));
        assertEquals(4, world.hub().servers().getFirst().waiting());
        assertEquals(0, world.hub().servers().getFirst().quarantined());
        decide(DefinitionKind.RESOURCE, NOTE, Definitions.Choice.REJECT);
        decide(DefinitionKind.PROMPT, "raw__greet", Definitions.Choice.REJECT);
        assertEquals("resource not found", read(NOTE).error().message(), "a no holds");
        assertEquals(McpError.INVALID_PARAMS, greet().error().code());
        assertEquals(List.of(), resources());
        assertEquals(List.of(), prompts());
    }

    @Test
    void moreThanAPersonCanLookAtIsNotListed() throws Exception {
        resources(IntStream.range(0, 1200)
                .mapToObj(i -> "{\"uri\":\"note://a/" + i + "\",\"name\":\"n" + i + "\"}")
                .collect(Collectors.joining(",")));
        open();
        assertEquals(1000, world.hub().servers().getFirst().quarantinedByKind().get("resource"));
        world.close();
        open(DefinitionPolicy.TRUST, ResourceRule.LISTED);
        assertEquals(1200, resources().size());
    }

    @Test
    void instructionsAreShownAsTheyWereAccepted() throws Exception {
        open();
        Caller view = world.caller("alice", "/raw");
        assertNull(view.modern("server/discover", "").result().member("instructions"));
        accept(DefinitionKind.INSTRUCTIONS, "raw");
        assertEquals(
                "\"Use good.\"",
                String.valueOf(view.modern("server/discover", "").result().member("instructions")));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anAnnouncedChangeIsLookedIntoBeforeTheNextRequest(boolean modern) throws Exception {
        try (HttpFixture fixture = (modern ? HttpFixture.modern() : HttpFixture.legacy()).talkative();
                HubWorld talking =
                        HubWorld.with(HubWorld.under(DefinitionPolicy.BLOCK, HubWorld.http("raw", fixture.url())))) {
            world = talking;
            alice = talking.caller("alice");
            accept(DefinitionKind.PROMPT, "raw__greet");
            accept(DefinitionKind.RESOURCE, NOTE);
            await().until(() -> fixture.listeners() == 1);
            assertDone(greet());
            fixture.tools().context().describe("changed");
            fixture.announce("prompts");
            fixture.announce("resources");
            await().until(() ->
                    talking.hub().servers().getFirst().quarantinedByKind().get("prompt") == 2);
            assertChanged(greet());
            Caller.Heard subscribed = alice.post(
                    Map.of(
                            HeaderValue.SESSION,
                            session(),
                            HeaderValue.VERSION,
                            "2025-06-18",
                            "Accept",
                            "text/event-stream, application/json"),
                    "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"resources/subscribe\",\"params\":{\"uri\":\"" + NOTE
                            + "\"}}");
            assertChanged(subscribed);
        }
    }

    private String session() throws Exception {
        return alice.post(
                        Map.of(),
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
                                + "\"2025-06-18\",\"capabilities\":{}}}")
                .header(HeaderValue.SESSION);
    }

    @ParameterizedTest
    @CsvSource({"legacy", "modern"})
    void aProcessIsLookedIntoWhenItIsWokenAndStoppedAfterALookForAPerson(String mode) throws Exception {
        HubWorld.Kept kept = new HubWorld.Kept();
        try (HubWorld sleeping = HubWorld.with(
                kept, HubWorld.under(DefinitionPolicy.BLOCK, HubWorld.stdio("raw", StdioFixture.command(mode))))) {
            world = sleeping;
            alice = sleeping.caller("alice");
            accept(DefinitionKind.PROMPT, "raw__greet");
            assertEquals(1, prompts().size());
            assertDone(greet());
            assertTrue(sleeping.hub().servers().getFirst().condition().processes() > 0);
        }
        try (HubWorld again = HubWorld.with(
                kept, HubWorld.under(DefinitionPolicy.BLOCK, HubWorld.stdio("raw", StdioFixture.command(mode))))) {
            world = again;
            alice = again.caller("alice");
            assertEquals(1, prompts().size(), "known without a process");
            assertEquals(0, again.hub().servers().getFirst().condition().processes());
            assertEquals(List.of(), look().found());
            await().until(() -> again.hub().servers().getFirst().condition().processes() == 0);
        }
        world = null;
    }
}
