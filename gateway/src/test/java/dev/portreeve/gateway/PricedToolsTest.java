package dev.portreeve.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.fixture.Caller.Heard;
import dev.portreeve.hub.fixture.RawServer;
import dev.portreeve.hub.wire.RawJson;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tools that cost by what is asked of them and by what they say, through a whole gateway on PostgreSQL: held at the worst, charged as it was. */
class PricedToolsTest {
    /** Ninety bytes, as it is sent. */
    private static final String RESULT =
            "{\"content\":[{\"type\":\"text\",\"text\":\"%s\"}],\"resultType\":\"complete\"}";

    private static final String RENDER = "{\"type\":\"object\",\"properties\":{"
            + "\"count\":{\"type\":\"integer\",\"maximum\":8,\"default\":2},"
            + "\"urls\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
            + "\"ask\":{\"type\":\"integer\"},\"prompt\":{\"type\":\"string\"}}}";

    private Path folder;
    private RawServer server;
    private GatewayFixture gateway;
    private Caller caller;
    private volatile String says = RESULT.formatted("x".repeat(27));

    @BeforeEach
    void start(@TempDir Path dir) throws Exception {
        folder = dir;
        server = new RawServer()
                .tools(
                        RawServer.tool("render", RENDER),
                        RawServer.tool("fetch", "{\"type\":\"object\"}"),
                        RawServer.tool("paint", RENDER),
                        RawServer.tool("plain", "{\"type\":\"object\"}"))
                .says("tools/call", params -> says);
        gateway = GatewayFixture.configured(
                folder, """
                tool-servers:
                  - slug: art
                    url: "URL"
                    definitions: trust
                    price-per-call: "0.0001"
                    prices:
                      - tool: "rend*"
                        per-call: "0.001"
                        per-argument:
                          - { argument: count, usd: "0.01" }
                          - { argument: urls, of: items, usd: "0.002", at-most: 3, when-absent: 0 }
                          - { argument: /prompt, of: characters, usd: "0.000001", at-most: 100, when-absent: 0 }
                      - { tool: fetch, per-call: "0", argument-bytes: { usd: "0.001", per: 1000 },
                          result-bytes: { usd: "0.5", per: 1000, at-most: 200 } }
                      - { tool: paint, per-argument: [ { argument: pieces, usd: "0.01", at-most: 5 } ] }
                organisation:
                  tenants:
                    - id: acme
                      users: [ { id: ana } ]
                      agents: [ { id: bot, budgets: [ { limit-usd: "0.5", window: daily } ] } ]
                policies:
                  - { id: all, effect: allow, tools: ["*"] }
                  - { id: big, effect: require-approval, tools: [art__render], when: "'ask' in args", approvers: [ana],
                      edits: [/count] }
                approvals: { hold: 1ms }
                guardrails: [ { id: pii, detect: pii, on: [tool-arguments], action: mask } ]
                """.replace("URL", server.url().toString()));
        caller = new Caller(URI.create(gateway.data() + "/mcp"), gateway.newKey("bot"));
        await().until(() ->
                caller.modern("tools/list", "").messages().toString().contains("art__plain"));
    }

    @AfterEach
    void stop() {
        caller.close();
        gateway.close();
        server.close();
    }

    private Heard call(String tool, String arguments) throws Exception {
        return caller.modern("tools/call", "\"name\":\"art__" + tool + "\",\"arguments\":" + arguments);
    }

    private String left() throws Exception {
        Heard plain = call("plain", "{}");
        return plain.header("x-portreeve-budget-remaining-usd");
    }

    /** The value of a member in the last closing record of a tool. */
    private boolean closed(String tool, String... said) {
        StringBuilder all = new StringBuilder("SELECT EXISTS (SELECT 1 FROM audit.record c JOIN audit.record o"
                + " ON o.call_id = c.call_id AND o.kind = 'call.opened' WHERE c.kind = 'call.closed'"
                + " AND convert_from(o.leaf, 'UTF8') LIKE '%art__" + tool + "%'");
        for (String each : said) {
            all.append(" AND convert_from(o.leaf, 'UTF8') || convert_from(c.leaf, 'UTF8') LIKE '%")
                    .append(each)
                    .append("%'");
        }
        return gateway.isTrue(all.append(")").toString());
    }

    private void requireExact() {
        await().untilAsserted(() -> {
            GatewayFixture.Outcome ran = gateway.run("budgets", "reconcile");
            assertEquals(0, ran.exitCode(), ran.out());
        });
    }

    @Test
    void unitsOfArgumentsArePriced() throws Exception {
        Heard heard = call("render", "{\"count\":3,\"urls\":[\"a\",\"b\"],\"prompt\":\"h\u00e4ll\u00f6\"}");
        assertEquals("0.464995", heard.header("x-portreeve-budget-remaining-usd"), heard::toString);
        // 0.001 + 3 * 0.01 + 2 * 0.002 + 5 * 0.000001
        await().until(() -> closed(
                "render",
                "\"cost_usd\":\"0.035005\"",
                // What conditions, replays and explanations read of it.
                "\"max_cost_micros\":35005",
                "\"argument\":\"count\",\"units\":\"3\"",
                "\"argument\":\"/prompt\",\"units\":\"5\""));
        // The schema says that it is 2 where it is absent; a list and a text cost nothing then.
        call("render", "{}");
        await().until(() -> closed("render", "\"cost_usd\":\"0.021\"", "\"absent\":true"));
        assertEquals("0.443895", left());
        requireExact();
        String statement = gateway.run("budgets", "statement", "member:bot", "--format", "csv")
                .out();
        assertTrue(statement.contains("0.035005") && statement.contains("0.021"), statement);
    }

    @Test
    void whatHasNoPriceDoesNotRun() throws Exception {
        for (String arguments : new String[] {
            "{\"count\":9}",
            "{\"count\":\"3\"}",
            "{\"count\":-1}",
            "{\"urls\":[1,2,3,4]}",
            "{\"urls\":7}",
            "{\"count\":1e300}"
        }) {
            Heard heard = call("render", arguments);
            assertTrue(heard.toString().contains("arguments_not_priced"), heard::toString);
        }
        Heard misfit = call("paint", "{\"pieces\":1}");
        assertTrue(misfit.toString().contains("it has no argument \\\"pieces\\\""), misfit::toString);
        assertEquals(0, server.calls().size(), server.calls()::toString);
        GatewayFixture.Outcome check = gateway.run(
                "check", "--config", folder.resolve("portreeve.yaml").toString());
        assertTrue(check.exitCode() != 0 && check.err().contains("it has no argument \"pieces\""), check::toString);
        assertEquals("0.4999", left(), "nothing but the look costs something");
        requireExact();
    }

    @Test
    void bytesArePricedAsTheyCame() throws Exception {
        // 14 bytes of arguments, however they are spaced, and 90 of a result: 0.000014 + 0.045
        assertEquals(90, says.length());
        call("fetch", "{ \"q\" : \"abcdef\" }");
        await().until(() -> closed("fetch", "\"cost_usd\":\"0.045014\"", "\"result_bytes\":90", "\"bytes\":14"));
        says = "{\"content\":[],\"resultType\":\"input_required\",\"inputRequests\":{},\"requestState\":\"s\"}";
        call("fetch", "{\"q\":\"asking\"}");
        says = RESULT.formatted("x".repeat(200));
        Heard large = call("fetch", "{}");
        assertTrue(large.toString().contains("upstream_too_large"), large::toString);
        // 2 bytes of arguments, and the most that a result may have: 0.000002 + 0.1
        await().until(() -> closed("fetch", "\"cost_usd\":\"0.100002\"", "\"result_bytes\":200"));
        says = RESULT.formatted("x".repeat(27));
        assertEquals("0.354884", left());
        // 0.35 is left, which is enough for four times the worst, not counting what they cost: 0.045002 each.
        for (int i = 0; i < 5; i++) {
            call("fetch", "{}");
        }
        Heard last = call("fetch", "{}");
        assertEquals("0.084872", last.header("x-portreeve-budget-remaining-usd"), last::toString);
        Heard refused = call("fetch", "{}");
        assertTrue(refused.toString().contains("budget_exhausted"), "the worst case does not fit: " + refused);
        requireExact();
    }

    @Test
    void whatRunsIsPriced() throws Exception {
        // Fifteen characters are asked for, and seven run.
        call("render", "{\"count\":0,\"prompt\":\"me@example.test\"}");
        await().until(() -> closed("render", "\"cost_usd\":\"0.001007\"", "\"units\":\"7\""));
        assertTrue(server.calls().getLast().contains("[email]"), server.calls()::toString);
        Heard waits = call("render", "{\"ask\":1,\"count\":1}");
        Matcher ticket = Pattern.compile("ticket ([0-9a-f-]{36})").matcher(waits.toString());
        assertTrue(ticket.find(), waits::toString);
        String shown = gateway.run("approvals", "list", "-o", "json").out();
        assertTrue(shown.contains("\"costs_at_most_usd\":\"0.011\""), shown);
        Path changed = Files.writeString(folder.resolve("changed.json"), "{\"ask\":1,\"count\":6}");
        GatewayFixture.Outcome said =
                gateway.run("approvals", "approve", ticket.group(1), "--as", "ana", "--arguments", changed.toString());
        assertEquals(0, said.exitCode(), said.toString());
        Heard ran = call("render", "{\"ask\":1,\"count\":1}");
        assertEquals(
                RawJson.of("6"),
                RawJson.of(server.calls().getLast()).member("arguments").member("count"),
                ran::toString);
        await().until(() -> closed("render", "\"cost_usd\":\"0.061\"", "\"raised_to_usd\":\"0.061\"", "edited_price"));
        assertEquals("0.437893", left());
        requireExact();
    }
}
