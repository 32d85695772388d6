package dev.portreeve.hub.north;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.catalog.ViewConfig;
import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.fixture.FixtureTools;
import dev.portreeve.hub.fixture.HttpFixture;
import dev.portreeve.hub.fixture.HubWorld;
import dev.portreeve.hub.wire.HeaderValue;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What each URL shows, over real connections: everything, one server with nothing added, a chosen set. */
class ViewsTest {
    private HttpFixture one;
    private HttpFixture two;
    private HubWorld world;

    @BeforeEach
    void start() throws Exception {
        one = HttpFixture.legacy();
        two = HttpFixture.modern();
        ViewConfig desk = new ViewConfig(
                "desk",
                List.of(
                        new ViewConfig.Choice("one", List.of("s*", "echo"), null, null, null),
                        new ViewConfig.Choice("two", List.of("echo"), "repeat", "Repeat", "Says \"it\" again"),
                        new ViewConfig.Choice("two", List.of("crash"), null, null, null)));
        world = HubWorld.with(
                List.of(desk),
                InstantSource.system(),
                Duration.ofMillis(400),
                HubWorld.http("one", one.url()),
                HubWorld.http("two", two.url()));
    }

    @AfterEach
    void stop() {
        world.close();
        one.close();
        two.close();
    }

    private Caller alice(String view) {
        return world.caller("alice", view);
    }

    private static List<RawJson> tools(Caller caller) throws Exception {
        return caller.modern("tools/list", "").result().member("tools").elements();
    }

    private static List<String> names(Caller caller) throws Exception {
        return tools(caller).stream()
                .map(tool -> tool.member("name").asString().orElseThrow())
                .toList();
    }

    private static RawJson tool(Caller caller, String name) throws Exception {
        return tools(caller).stream()
                .filter(tool -> tool.member("name").toString().equals("\"" + name + "\""))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theViewOfOneServerAddsNothing() throws Exception {
        RawJson said = new FixtureTools()
                .list(RawJson.EMPTY_OBJECT)
                .member("tools")
                .elements()
                .getFirst();
        assertEquals(said, tool(alice("/one"), "echo"), "the very bytes");
        assertFalse(names(alice("/one")).toString().contains("one__"), "no prefix");
        assertFalse(names(alice("/one")).contains("crash"), "what is forbidden stays so");
        assertTrue(alice("/one")
                .modern("tools/call", "\"name\":\"echo\",\"arguments\":{\"text\":\"hi\"}")
                .result()
                .toString()
                .contains("\"echo\":\"hi\""));
        assertEquals(1, one.tools().calls());
        assertEquals(0, two.tools().calls());
    }

    @Test
    void aToolsetHasWhatWasChosenUnderTheNamesThatWereChosen() throws Exception {
        assertEquals(List.of("one__echo", "one__say", "one__spawn", "one__steps", "repeat"), names(alice("/desk")));
        RawJson repeat = tool(alice("/desk"), "repeat");
        assertEquals("\"Repeat\"", String.valueOf(repeat.member("title")));
        assertEquals(
                "Says \"it\" again", repeat.member("description").asString().orElseThrow());
        assertEquals("1.50", String.valueOf(repeat.member("x-vendor")), "the rest is the server's");
        assertFalse(alice("/desk")
                .modern("tools/call", "\"name\":\"repeat\",\"arguments\":{\"text\":\"hi\"}")
                .result()
                .toString()
                .contains("isError"));
        assertEquals(1, two.tools().calls());
    }

    @Test
    void whatIsNotInTheViewIsUnknownThere() throws Exception {
        McpError outside = alice("/desk")
                .modern("tools/call", "\"name\":\"two__echo\",\"arguments\":{}")
                .error();
        assertEquals(McpError.INVALID_PARAMS, outside.code());
        assertEquals("unknown tool \"two__echo\"", outside.message());
        assertEquals(
                McpError.INVALID_PARAMS,
                alice("/one")
                        .modern("tools/call", "\"name\":\"one__echo\",\"arguments\":{}")
                        .error()
                        .code());
        assertEquals(0, one.tools().calls() + two.tools().calls());
    }

    @Test
    void forbiddenInAViewLooksLikeUnknownToTheByte() throws Exception {
        Caller.Heard forbidden = alice("/desk").modern("tools/call", "\"name\":\"two__crash\",\"arguments\":{}");
        Caller.Heard unknown = alice("/desk").modern("tools/call", "\"name\":\"two__crasx\",\"arguments\":{}");
        assertEquals(
                unknown.messages().getFirst().toString(),
                forbidden.messages().getFirst().toString().replace("crash", "crasx"));
        assertEquals(unknown.status(), forbidden.status());
        assertEquals(unknown.headers().keySet(), forbidden.headers().keySet());
    }

    @Test
    void anUnknownViewSaysSo() throws Exception {
        Caller.Heard heard = alice("/nothing").modern("tools/list", "");
        assertEquals(404, heard.status());
        assertEquals(
                "there is no view \"nothing\": use /mcp, or /mcp/ and the name of a server or toolset",
                heard.error().message());
    }

    @Test
    void aSessionWorksOnlyWhereItWasOpened() throws Exception {
        Caller onOne = alice("/one");
        String session = onOne.post(
                        Map.of(),
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-11-25\","
                                + "\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}")
                .header(HeaderValue.SESSION);
        Map<String, String> headers = Map.of(HeaderValue.SESSION, session);
        String list = "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/list\"}";
        assertEquals(200, onOne.post(headers, list).status());
        assertEquals(404, alice("/two").post(headers, list).status());
        assertEquals(404, alice("").post(headers, list).status());
    }

    @Test
    void theUrlOfEverythingHasAllUnderTheirPrefixes() throws Exception {
        assertTrue(names(alice("")).containsAll(List.of("one__echo", "two__echo")));
        assertEquals(URI.create(world.edge().origin() + "/mcp"), world.edge().url());
    }
}
