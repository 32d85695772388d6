package dev.portreeve.hub.north;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.catalog.QuestionPolicy;
import dev.portreeve.hub.catalog.ViewConfig;
import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.fixture.EventTap;
import dev.portreeve.hub.fixture.HttpFixture;
import dev.portreeve.hub.fixture.HubWorld;
import dev.portreeve.hub.wire.HeaderValue;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who asks, and what nobody may ask: phishing by questions, from servers of both eras to callers of both. */
class QuestionsTest {
    private static final String ABLE = "{\"elicitation\":{\"form\":{},\"url\":{}},\"sampling\":{},\"roots\":{}}";
    private static final String FORM = "{\"method\":\"elicitation/create\",\"params\":{\"message\":\"M\","
            + "\"requestedSchema\":{\"type\":\"object\",\"properties\":{P}}}}";
    private static final String CITY = "\"city\":{\"type\":\"string\",\"title\":\"Your city\",\"x-vendor\":1.50}";
    private static final Map<String, String> PAGES = Map.ofEntries(
            Map.entry("http://127.0.0.1/x", "private network"),
            Map.entry("https://127.0.0.1/x", "private network"),
            Map.entry("https://[::1]/x", "private network"),
            Map.entry("https://localhost:8081/approve", "private network"),
            Map.entry("https://router.local/", "private network"),
            Map.entry("https://intranet/", "private network"),
            Map.entry("https://10.1.2.3/", "private network"),
            Map.entry("https://[::ffff:192.168.0.1]/", "private network"),
            Map.entry("https://169.254.169.254/latest/meta-data", "link-local"),
            Map.entry("https://2130706433/", "programs read"),
            Map.entry("https://0x7f.1/", "programs read"),
            Map.entry("http://page.example/", "over https only"),
            Map.entry("https://bank:x@[2606:4700::1111]/", "user name"),
            Map.entry("javascript:alert(1)", "neither https nor http"),
            Map.entry("file:///etc/passwd", "neither https nor http"),
            Map.entry("https://bank.example\\@evil.example/", "none that all programs read alike"),
            Map.entry("https://b\u00E4nk.example/", "no host that all programs read alike"));
    private static final List<String> SECRET = List.of(
            "\"password\":{\"type\":\"string\"}",
            "\"apiKey\":{\"type\":\"string\"}",
            "\"x\":{\"type\":\"string\",\"format\":\"password\"}",
            "\"x\":{\"type\":\"string\",\"title\":\"Access-Token\"}",
            "\"x\":{\"type\":\"string\",\"description\":\"Your credit card, please\"}",
            "\"pass\u200Bword\":{\"type\":\"string\"}",
            "\"deep\":{\"type\":\"object\",\"properties\":{\"clientSecret\":{\"type\":\"string\"}}}",
            "\"github_token\":{\"type\":[\"string\",\"null\"]}");
    private static final List<String> HARMLESS = List.of(
            "\"maxTokens\":{\"type\":\"number\"}",
            "\"token\":{\"type\":\"string\",\"enum\":[\"ETH\",\"BTC\"]}",
            "\"tokenizer\":{\"type\":\"string\"}",
            "\"keepPassword\":{\"type\":\"boolean\"}",
            "\"secretary\":{\"type\":\"string\",\"description\":\"Who writes the minutes\"}");
    private HttpFixture older;
    private HttpFixture newer;
    private HubWorld world;
    private Caller alice;
    private int lastId;

    @BeforeEach
    void start() throws Exception {
        older = HttpFixture.legacy();
        newer = HttpFixture.modern();
        QuestionPolicy lenient = new QuestionPolicy(true, true);
        world = HubWorld.with(
                List.of(new ViewConfig(
                        "kit",
                        List.of(
                                new ViewConfig.Choice("old", List.of("confide"), "tell", null, null),
                                new ViewConfig.Choice("new", List.of("confide"), null, null, null)))),
                InstantSource.system(),
                Duration.ofMillis(400),
                HubWorld.http("old", older.url()),
                HubWorld.http("new", newer.url()),
                HubWorld.asking(lenient, HubWorld.http("olduncle", older.url())),
                HubWorld.asking(lenient, HubWorld.http("newuncle", newer.url())));
        alice = world.caller("alice").capable(ABLE);
    }

    @AfterEach
    void stop() {
        world.close();
        older.close();
        newer.close();
    }

    private static String form(String message, String properties) {
        return FORM.replace("\"M\"", RawJson.string(message).toString()).replace("P", properties);
    }

    private static String page(String url) {
        return "{\"method\":\"elicitation/create\",\"params\":{\"mode\":\"url\",\"message\":\"go\",\"url\":"
                + RawJson.string(url) + "}}";
    }

    private static String ask(String server, String question) {
        return "\"name\":\"" + server + "__confide\",\"arguments\":{\"ask\":" + question + "}";
    }

    /** The params of the only question in a round. */
    private static RawJson asked(Caller.Heard heard) {
        RawJson requests = heard.result().member("inputRequests");
        if (requests == null) {
            throw new AssertionError("expected a question, but was " + heard.messages());
        }
        return requests.members().values().iterator().next().member("params");
    }

    private Map<String, String> session(Caller caller) throws Exception {
        Caller.Heard opened = caller.post(
                Map.of(),
                message(
                        "initialize",
                        "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":" + ABLE
                                + ",\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}"));
        return Map.of(HeaderValue.SESSION, opened.header(HeaderValue.SESSION), HeaderValue.VERSION, "2025-11-25");
    }

    private String message(String method, String params) {
        lastId++;
        return "{\"jsonrpc\":\"2.0\",\"id\":" + lastId + ",\"method\":\"" + method + "\",\"params\":" + params + "}";
    }

    /** What a caller with a session is asked, who answers with nothing but a yes. */
    private RawJson askedInSession(Caller caller, String call) throws Exception {
        Map<String, String> session = session(caller);
        try (EventTap tap = caller.openPost(session, message("tools/call", "{" + call + "}"))) {
            EventTap.Event next = tap.next();
            while (next.data().isEmpty()) {
                next = tap.next();
            }
            if (next.message().member("method") == null) {
                throw new AssertionError("expected a question, but was " + next.data());
            }
            caller.post(
                    session,
                    "{\"jsonrpc\":\"2.0\",\"id\":" + next.message().member("id")
                            + ",\"result\":{\"action\":\"accept\"}}");
            assertTrue(tap.next().data().contains("accept"), "the answer reached the server");
            return next.message().member("params");
        }
    }

    private String refused(String server, String question) throws Exception {
        Caller.Heard heard = alice.modern("tools/call", ask(server, question));
        return heard.text();
    }

    @ParameterizedTest
    @ValueSource(strings = {"old", "new"})
    void whereSeveralServersAreTheQuestionSaysWhoAsks(String server) throws Exception {
        String question = form("which city?", CITY);
        String expected = "{\"message\":\"[" + server + "] which city?\",\"requestedSchema\":{\"type\":\"object\","
                + "\"properties\":{" + CITY + "}},\"_meta\":{\"dev.portreeve/server\":\"" + server + "\"}}";
        assertEquals(
                expected,
                asked(alice.modern("tools/call", ask(server, question))).toString());
        assertEquals(expected, askedInSession(alice, ask(server, question)).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"old", "new"})
    void atTheAddressOfOneServerNothingIsChanged(String server) throws Exception {
        Caller view = world.caller("alice", "/" + server).capable(ABLE);
        String question = form("which\u200B city?", CITY);
        String call = "\"name\":\"confide\",\"arguments\":{\"ask\":" + question + "}";
        String expected = String.valueOf(RawJson.of(question).member("params"));
        assertEquals(expected, asked(view.modern("tools/call", call)).toString());
        assertEquals(expected, askedInSession(view, call).toString());
    }

    @ParameterizedTest
    @CsvSource({"old, tell", "new, new__confide"})
    void aToolsetSaysWhoAsksToo(String server, String tool) throws Exception {
        Caller kit = world.caller("alice", "/kit").capable(ABLE);
        String call = "\"name\":\"" + tool + "\",\"arguments\":{\"ask\":" + form("which city?", CITY) + "}";
        assertEquals(
                "\"[" + server + "] which city?\"",
                String.valueOf(asked(kit.modern("tools/call", call)).member("message")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"old", "new"})
    void nobodySpeaksUnderAnothersName(String server) throws Exception {
        // Turned round, the name would stand at the end; the marker is the gateway's alone.
        String question = "{\"method\":\"elicitation/create\",\"params\":{\"message\":\"\u202E[bank] pay<!-- x -->\","
                + "\"_meta\":{\"dev.portreeve/server\":\"bank\",\"x\":1},\"requestedSchema\":{\"type\":\"object\","
                + "\"properties\":{}}}}";
        RawJson params = asked(alice.modern("tools/call", ask(server, question)));
        assertEquals("\"[" + server + "] [bank] pay\"", String.valueOf(params.member("message")));
        assertEquals("{\"dev.portreeve/server\":\"" + server + "\",\"x\":1}", String.valueOf(params.member("_meta")));
        Caller view = world.caller("alice", "/" + server).capable(ABLE);
        RawJson alone =
                asked(view.modern("tools/call", "\"name\":\"confide\",\"arguments\":{\"ask\":" + question + "}"));
        assertEquals("{\"x\":1}", String.valueOf(alone.member("_meta")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"old", "new"})
    void samplingAndRootsSayWhoAsks(String server) throws Exception {
        String sampling = "{\"method\":\"sampling/createMessage\",\"params\":{\"messages\":[{\"role\":\"user\","
                + "\"content\":{\"type\":\"text\",\"text\":\"sum it up\",\"n\":1.50}},{\"role\":\"user\",\"content\":"
                + "{\"type\":\"text\",\"text\":\"second\"}}],\"maxTokens\":9}}";
        RawJson asked = asked(alice.modern("tools/call", ask(server, sampling)));
        assertTrue(asked.toString().contains("\"text\":\"[" + server + "] sum it up\",\"n\":1.50"), asked.toString());
        assertTrue(asked.toString().contains("\"text\":\"second\""), asked.toString());
        RawJson roots = asked(alice.modern("tools/call", ask(server, "{\"method\":\"roots/list\",\"params\":{}}")));
        assertEquals("{\"_meta\":{\"dev.portreeve/server\":\"" + server + "\"}}", roots.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"old", "new"})
    void guardrailsReadAddressesAndEveryPartOfASamplingRequest(String server) throws Exception {
        RawJson visited = asked(alice.modern("tools/call", ask(server, page("https://page.example/?me=A"))));
        assertTrue(visited.toString().contains("page.example"), visited.toString());
        // Whole, the address would be masked in the arguments already; the server puts it together.
        String parts = "{\"method\":\"sampling/createMessage\",\"params\":{\"maxTokens\":9,\"messages\":[{\"role\":"
                + "\"user\",\"content\":[{\"type\":\"text\",\"text\":\"write to {@}\"}]}]}}";
        RawJson sampled = asked(alice.modern("tools/call", ask(server, parts)));
        assertTrue(sampled.toString().contains("write to [email]"), sampled.toString());
        RawJson page = asked(alice.modern("tools/call", ask(server, page("https://page.example/{@}"))));
        assertFalse(page.toString().contains("ann@"), page.toString());
    }

    @Test
    void theOlderErrorThatListsPagesSaysWhoAsks() throws Exception {
        Caller.Heard heard =
                alice.post(session(alice), message("tools/call", "{\"name\":\"old__visit\",\"arguments\":{}}"));
        RawJson page = heard.error().data().member("elicitations").elements().getFirst();
        assertEquals("\"[old] ask [email]\"", String.valueOf(page.member("message")));
    }

    @Test
    void nobodyIsSentToAPrivateOrDeceptivePage() throws Exception {
        for (Map.Entry<String, String> page : PAGES.entrySet()) {
            for (String server : List.of("old", "new")) {
                String said = refused(server, page(page.getKey()));
                assertTrue(said.contains(page.getValue()), server + " " + page.getKey() + ": " + said);
            }
        }
    }

    @Test
    void theOlderErrorSendsNobodyToAPrivatePageEither() throws Exception {
        String call = "\"name\":\"old__visit\",\"arguments\":{\"url\":\"http://127.0.0.1:8081/approve\"}";
        String modern = alice.modern("tools/call", call).text();
        assertTrue(modern.contains("private network"), modern);
        String session = alice.post(session(alice), message("tools/call", "{" + call + "}"))
                .text();
        assertTrue(session.contains("private network") && !session.contains("8081"), session);
    }

    @Test
    void noFormAsksForASecret() throws Exception {
        for (String field : SECRET) {
            for (String server : List.of("old", "new")) {
                String said = refused(server, form("log in", field));
                assertTrue(said.contains("asks for a secret"), server + " " + field + ": " + said);
            }
        }
    }

    @Test
    void otherFormsPass() throws Exception {
        for (String field : HARMLESS) {
            for (String server : List.of("old", "new")) {
                assertTrue(asked(alice.modern("tools/call", ask(server, form("which?", field))))
                        .toString()
                        .contains("which?"));
            }
        }
    }

    @Test
    void aServerHearsWhyItsQuestionWasNotPassedOn() throws Exception {
        // The older fixture says what it was told; the caller was asked nothing.
        String said = alice.post(
                        session(alice),
                        message("tools/call", "{" + ask("old", form("log in", "\"pwd\":{\"type\":\"string\"}")) + "}"))
                .text();
        assertTrue(said.contains("does not pass this question on") && said.contains("pwd"), said);
        String fault = alice.post(
                        session(alice),
                        message("tools/call", "{" + ask("new", form("log in", "\"pwd\":{\"type\":\"string\"}")) + "}"))
                .text();
        assertTrue(fault.contains("\"new\"") && fault.contains("asks for a secret"), fault);
    }

    @ParameterizedTest
    @ValueSource(strings = {"olduncle", "newuncle"})
    void anOperatorMayAllowBoth(String server) throws Exception {
        asked(alice.modern("tools/call", ask(server, form("log in", "\"password\":{\"type\":\"string\"}"))));
        asked(alice.modern("tools/call", ask(server, page("http://localhost:3000/callback"))));
        String never = refused(server, page("http://169.254.169.254/"));
        assertTrue(never.contains("link-local"), never);
        assertFalse(never.contains("169.254"), "the address of the page is nobody's business");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{};sampling/createMessage;{\"sampling\":{}}",
                "{};elicitation/create;{\"elicitation\":{}}",
                "{\"elicitation\":{}};sampling/createMessage;{\"sampling\":{}}",
                "{\"sampling\":{}};roots/list;{\"roots\":{}}"
            })
    void whatAnOlderServerCannotDoWithoutIsNamed(String able, String method, String needed) throws Exception {
        Caller caller = world.caller("alice").capable(able);
        String question = "{\"method\":\"" + method + "\",\"params\":{\"messages\":[]}}";
        String call = "\"name\":\"old__confide\",\"arguments\":{\"ask\":" + question;
        Caller.Heard failed = caller.modern("tools/call", call + ",\"must\":true}");
        assertEquals(McpError.MISSING_CLIENT_CAPABILITY, failed.error().code());
        // On a slow machine it may have become a stream by then, which begins with 200 whatever follows.
        assertEquals(failed.stream() ? 200 : 400, failed.status());
        assertEquals(
                "{\"requiredCapabilities\":" + needed + "}",
                String.valueOf(failed.error().data()));
        // One that can do without gives its result.
        assertTrue(caller.modern("tools/call", call + "}").text().contains("no capability"));
    }

    @Test
    void theModeOfAQuestionIsNamedToo() throws Exception {
        Caller forms = world.caller("alice").capable("{\"elicitation\":{}}");
        Caller.Heard older = forms.modern(
                "tools/call",
                "\"name\":\"old__confide\",\"arguments\":{\"must\":true,\"ask\":" + page("https://page.example/")
                        + "}");
        Caller.Heard newer = forms.modern("tools/call", ask("new", page("https://page.example/")));
        for (Caller.Heard one : List.of(older, newer)) {
            assertEquals(
                    "{\"requiredCapabilities\":{\"elicitation\":{\"url\":{}}}}",
                    String.valueOf(one.error().data()));
        }
    }

    @Test
    void whatTheProtocolDoesNotKnowIsNoCapability() throws Exception {
        Caller.Heard failed = alice.modern(
                "tools/call",
                "\"name\":\"old__confide\",\"arguments\":{\"must\":true,\"ask\":{\"method\":\"bank/pay\","
                        + "\"params\":{}}}");
        assertTrue(failed.result().member("isError").isTrue(), failed.messages().toString());
    }

    @Test
    void whoCannotBeAskedAtAllLearnsNothingOfIt() throws Exception {
        Caller unable = world.caller("alice");
        assertEquals(
                McpError.MISSING_CLIENT_CAPABILITY,
                unable.modern("tools/call", ask("new", page("http://127.0.0.1/")))
                        .error()
                        .code());
    }

    @ParameterizedTest
    @ValueSource(strings = {"old", "new"})
    void aCallerWithASessionIsAskedForItsRoots(String server) throws Exception {
        RawJson params = askedInSession(alice, ask(server, "{\"method\":\"roots/list\",\"params\":{}}"));
        assertTrue(params.isObject(), params.toString());
    }
}
