package dev.portreeve.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.model.ReplayUpstream;
import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.fixture.HttpFixture;
import dev.portreeve.hub.wire.RawJson;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Connectors to MCP servers in requests, led to the gateway: a provider that takes what it was sent and really calls the tools,
 * through a whole gateway on PostgreSQL.
 */
class HostedConnectorsTest {
    private static final String PUBLIC = "https://agents.example";

    private final List<Caller.Heard> heard = new ArrayList<>();
    private final List<String> tokens = new ArrayList<>();
    private ReplayUpstream upstream;
    private HttpFixture tools;
    private GatewayFixture gateway;
    private String key;
    private String call = "\"name\":\"echo\",\"arguments\":{\"text\":\"hi\"}";

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        upstream = new ReplayUpstream();
        tools = HttpFixture.modern();
        gateway = GatewayFixture.behind(
                PUBLIC, folder, """
                    providers:
                      - { id: made, base-url: "UPSTREAM", api-key: k, dialects: [openai-responses, anthropic-messages] }
                    models:
                      - { name: m, route: { targets: [{ model: made/m }], hosted-tools: rewrite } }
                    tool-servers: [{ slug: files, url: "TOOLS", definitions: trust }]
                    organisation: { tenants: [{ id: acme, agents: [{ id: bot }] }] }
                    policies:
                      - { id: models, effect: allow, models: ["*"] }
                      - { id: echo, effect: allow, tools: [files__echo] }
                      - { id: ask, effect: require-approval, tools: [files__change] }
                    approvals: { hold: 1ms }
                    """.replace("UPSTREAM", upstream.baseUrl().toString())
                        .replace("TOOLS", tools.url().toString()));
        key = gateway.newKey("bot");
        try (Caller caller = caller("/mcp", key)) {
            await().until(() ->
                    caller.modern("tools/list", "").messages().toString().contains("files__echo"));
        }
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
        tools.close();
        upstream.close();
    }

    private Caller caller(String path, String credential) {
        return new Caller(URI.create(gateway.data() + path), credential);
    }

    private HttpResponse<String> post(String path, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(gateway.data() + path))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .header("x-portreeve-translation", "notes")
                .POST(HttpRequest.BodyPublishers.ofString(body.replace('\'', '"')))
                .build();
        return gateway.http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** What a provider does that was told to use an MCP server. */
    private ReplayUpstream.Script provider(String answer) {
        return exchange -> {
            RawJson request = RawJson.of(upstream.requests().getLast().text());
            boolean anthropic = request.member("mcp_servers") != null;
            RawJson server = request.member(anthropic ? "mcp_servers" : "tools")
                    .elements()
                    .getFirst();
            String url = text(server, anthropic ? "url" : "server_url");
            String token = text(server, anthropic ? "authorization_token" : "authorization");
            tokens.add(token);
            assertTrue(url.startsWith(PUBLIC + "/"), url);
            try (Caller caller = caller(url.substring(PUBLIC.length()), token)) {
                heard.add(caller.modern("tools/call", call));
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
            exchange.json(200, "", ReplayUpstream.recorded(answer));
        };
    }

    private static String text(RawJson object, String member) {
        return object.member(member).asString().orElseThrow();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "/v1/responses|response.json|'max_output_tokens':9,'input':'hi','tools':[{'type':'mcp','server_label':'files','server_url':'https://elsewhere.example/','headers':{'X-Secret':'s3cret'},'authorization':'s3cret','require_approval':'never','x':1.50}]",
                "/v1/messages|anthropic/message.json|'max_tokens':9,'messages':[{'role':'user','content':'hi'}],'mcp_servers':[{'type':'url','name':'files','url':'https://elsewhere.example/','authorization_token':'s3cret','x':1.50}],'tools':[{'type':'mcp_toolset','mcp_server_name':'files'}]",
            })
    void theProviderCallsTheGatewaysToolsAsTheCaller(String path, String answer, String members) throws Exception {
        upstream.always(provider(answer));
        HttpResponse<String> response = post(path, "{'model':'m'," + members + "}");
        assertEquals(200, response.statusCode(), response.body());
        assertEquals("hi", heard.getFirst().text(), "the tool ran");
        String sent = upstream.requests().getFirst().text();
        assertFalse(sent.contains("s3cret") || sent.contains("elsewhere") || sent.contains(key), sent);
        assertTrue(sent.contains("\"" + PUBLIC + "/mcp/files\"") && sent.contains("\"x\":1.50"), sent);
        String notes = response.headers().firstValue("x-portreeve-translation").orElse("");
        assertTrue(notes.contains(": rewritten, the provider calls this gateway instead"), notes);
        String callId = response.headers().firstValue("x-portreeve-call-id").orElseThrow();
        await().until(() -> records().contains("\"within_call\":\"" + callId + "\""));
        assertTrue(records().contains("\"fate\":\"rewritten\""), "the model call's record says what became of it");
        assertFalse(records().contains(tokens.getFirst()), "no record has the token");
    }

    private String records() {
        var login = gateway.database.app();
        try (var connection = DriverManager.getConnection(login.url(), login.user(), login.password());
                var rows = connection
                        .createStatement()
                        .executeQuery("SELECT string_agg(convert_from(leaf, 'UTF8'), ' ') FROM audit.record")) {
            rows.next();
            return String.valueOf(rows.getString(1));
        } catch (SQLException failed) {
            throw new AssertionError(failed);
        }
    }

    @Test
    void whatNeedsAPersonIsStillAsked() throws Exception {
        call = "\"name\":\"change\",\"arguments\":{}";
        upstream.always(provider("response.json"));
        post(
                "/v1/responses",
                "{'model':'m','max_output_tokens':9,'input':'hi','tools':[{'type':'mcp','server_label':'files','server_url':'https://elsewhere.example/'}]}");
        assertTrue(heard.getFirst().messages().toString().contains("approval_required"), heard.toString());
    }

    @Test
    void aTokenIsGoodForMcpOnlyAndDiesWithTheKey() throws Exception {
        upstream.always(provider("response.json"));
        post(
                "/v1/responses",
                "{'model':'m','max_output_tokens':9,'input':'hi','tools':[{'type':'mcp','server_label':'other','connector_id':'mail'}]}");
        assertTrue(upstream.requests().getFirst().text().contains("\"" + PUBLIC + "/mcp\""), "no server is called so");
        String token = tokens.getFirst();
        String mine = key;
        key = token;
        assertEquals(401, post("/v1/responses", "{'model':'m','input':'hi'}").statusCode());
        try (Caller good = caller("/mcp/files", token);
                Caller tampered = caller("/mcp/files", token.substring(0, token.length() - 2) + "AA")) {
            assertEquals("hi", good.modern("tools/call", call).text());
            assertEquals(401, tampered.modern("tools/call", call).status());
            String id = mine.split("_")[1];
            assertEquals(0, gateway.run("keys", "revoke", id).exitCode());
            await().until(() -> good.modern("tools/call", call).status() == 401);
        }
    }
}
