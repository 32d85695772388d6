package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.portreeve.gateway.cli.Terminal;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.toml.TomlMapper;

/** The entry of each client, where it is put, and what a client sees through it. */
final class ConnectCommandTest {
    private static final String URL = "http://127.0.0.1:8080";
    private static final String KEY = "prk_notreal";

    @TempDir
    private Path folder;

    private record Outcome(int exitCode, String out, String err) {}

    private Outcome run(Map<String, String> variables, String... arguments) {
        Map<String, String> environment = new HashMap<>(variables);
        environment.put("HOME", folder.toString());
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode =
                Main.run(new Terminal(new PrintWriter(out), new PrintWriter(err), environment::get, false), arguments);
        return new Outcome(exitCode, out.toString(), err.toString());
    }

    private Outcome entry(String client, String... more) {
        String[] arguments = new String[5 + more.length];
        System.arraycopy(new String[] {"connect", client, "--url", URL, "--no-check"}, 0, arguments, 0, 5);
        System.arraycopy(more, 0, arguments, 5, more.length);
        return run(Map.of("PORTREEVE_KEY", KEY), arguments);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        claude-code | {"mcpServers":{"portreeve":{"type":"http","url":"http://127.0.0.1:8080/mcp","headers":{"Authorization":"Bearer ${PORTREEVE_KEY}"}}}}
        cursor      | {"mcpServers":{"portreeve":{"url":"http://127.0.0.1:8080/mcp","headers":{"Authorization":"Bearer ${env:PORTREEVE_KEY}"}}}}
        vscode      | {"servers":{"portreeve":{"type":"http","url":"http://127.0.0.1:8080/mcp","headers":{"Authorization":"Bearer ${env:PORTREEVE_KEY}"}}}}
        gemini-cli  | {"mcpServers":{"portreeve":{"httpUrl":"http://127.0.0.1:8080/mcp","headers":{"Authorization":"Bearer ${PORTREEVE_KEY}"}}}}
        generic     | {"mcpServers":{"portreeve":{"type":"http","url":"http://127.0.0.1:8080/mcp","headers":{"Authorization":"Bearer ${PORTREEVE_KEY}"}}}}
        claude-desktop | {"mcpServers":{"portreeve":{"command":"npx","args":["-y","mcp-remote","http://127.0.0.1:8080/mcp","--transport","http-only","--header","Authorization:${PORTREEVE_KEY_HEADER}"]}}}
        """)
    void eachClientGetsItsOwnWords(String client, String json) throws Exception {
        Outcome outcome = entry(client);
        assertEquals(0, outcome.exitCode(), outcome.err());
        assertEquals(JsonMapper.shared().readTree(json), JsonMapper.shared().readTree(outcome.out()));
        assertFalse((outcome.out() + outcome.err()).contains(KEY), "the key is not for files");
        assertTrue(entry(client, "--literal-key").out().contains(KEY), "asked for, it is");
    }

    @Test
    void codexGetsToml() throws Exception {
        assertEquals(
                """
                [mcp_servers.portreeve-crm]
                url = "http://127.0.0.1:8080/mcp/crm"
                bearer_token_env_var = "GATE"
                """, entry("codex", "--view", "crm", "--key-variable", "GATE").out());
        Outcome literal = entry("codex", "--literal-key");
        assertEquals(
                "Bearer " + KEY,
                new TomlMapper()
                        .readTree(literal.out())
                        .at("/mcp_servers/portreeve/http_headers/Authorization")
                        .asString());
    }

    @ParameterizedTest
    @CsvSource({
        "codex,.codex/config.toml",
        "gemini-cli,.gemini/settings.json",
        "claude-desktop,.config/Claude/claude_desktop_config.json"
    })
    void aFileThatIsNotThereIsMadeWhereTheClientLooks(String client, String place) throws Exception {
        Outcome outcome = entry(client, "--write");
        assertEquals(0, outcome.exitCode(), outcome.err());
        Path made = folder.resolve(place);
        assertTrue(Files.readString(made).contains("portreeve"));
        assertEquals(Files.readString(made).strip(), entry(client).out().strip(), "what is printed is what is written");
        Outcome literal = entry(
                client,
                "--write",
                "--literal-key",
                "--file",
                folder.resolve("private").toString());
        assertEquals(0, literal.exitCode(), literal.err());
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("private"))));
        assertFalse((literal.out() + literal.err()).contains(KEY));
    }

    @Test
    void onlyOurEntryOfAJsonFileChanges() throws Exception {
        Path file = folder.resolve("real.json");
        String before = """
            {
              // mine
              "theme": "dark", /* keep */
              "mcpServers": {
                "other": { "command": "x", "args": [1.10, "ü"] }, // theirs
              },
            }
            """;
        Files.writeString(file, before);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw----"));
        Path link = Files.createSymbolicLink(folder.resolve("link.json"), file);

        assertEquals(
                0, entry("claude-code", "--write", "--file", link.toString()).exitCode());
        String after = Files.readString(file);
        before.lines().forEach(line -> assertTrue(after.contains(line), after));
        assertTrue(Files.isSymbolicLink(link));
        assertEquals("rw-rw----", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertEquals(before, Files.readString(folder.resolve("real.json.bak")));

        assertEquals(
                0, entry("claude-code", "--write", "--file", link.toString()).exitCode());
        assertEquals(after, Files.readString(file), "written twice is written once");
        assertFalse(Files.exists(folder.resolve("real.json.bak.2")));

        assertEquals(
                0,
                entry("claude-code", "--write", "--key-variable", "OTHER", "--file", link.toString())
                        .exitCode());
        assertEquals(after.replace("${PORTREEVE_KEY}", "${OTHER}"), Files.readString(file));
        assertTrue(Files.exists(folder.resolve("real.json.bak.2")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{ \"mcpServers\": {} }",
                "\ufeff{\"a\":1}",
                "{\"a\":[{\"mcpServers\":{}}],\"mcpServers\":{\"portreeve\":3,\"b\":2}}",
                ""
            })
    void everyFormOfJsonFileTakesTheEntry(String before) throws Exception {
        Path file = Files.writeString(folder.resolve("f.json"), before);
        Outcome outcome = entry("cursor", "--write", "--file", file.toString());
        assertEquals(0, outcome.exitCode(), outcome.err());
        JsonNode tree = JsonMapper.shared().readTree(Files.readString(file).replace("\ufeff", ""));
        assertEquals(URL + "/mcp", tree.at("/mcpServers/portreeve/url").asString());
        assertEquals(before.contains("\"b\":2"), tree.at("/mcpServers/b").isNumber());
    }

    @Test
    void onlyOurTableOfATomlFileChanges() throws Exception {
        String before = """
            model = "o" # mine

            [mcp_servers.portreeve]
            url = "http://old/mcp"

            [mcp_servers.portreeve.http_headers]
            a = "b"

            # theirs
            [mcp_servers.other]
            command = "x"
            """;
        Path file = Files.writeString(folder.resolve("config.toml"), before);
        assertEquals(0, entry("codex", "--write", "--file", file.toString()).exitCode());
        assertEquals("""
            model = "o" # mine

            [mcp_servers.portreeve]
            url = "http://127.0.0.1:8080/mcp"
            bearer_token_env_var = "PORTREEVE_KEY"

            # theirs
            [mcp_servers.other]
            command = "x"
            """, Files.readString(file));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        cursor | {"mcpServers": [] } | mcpServers is not an object
        cursor | {"a": }             | not JSON
        codex  | mcp_servers = { portreeve = { url = "x" } } | cannot be changed safely
        codex  | [a                  | not TOML
        """)
    void whatCannotBeChangedSafelyIsLeftAlone(String client, String before, String why) throws Exception {
        Path file = Files.writeString(folder.resolve("f"), before);
        Outcome outcome = entry(client, "--write", "--file", file.toString());
        assertEquals(2, outcome.exitCode());
        assertTrue(outcome.err().contains(why), outcome.err());
        assertEquals(before, Files.readString(file));
        assertFalse(Files.exists(folder.resolve("f.bak")));
    }

    @Test
    void wrongWordsAreUsage() {
        assertEquals(2, entry("emacs").exitCode());
        assertEquals(2, entry("cursor", "--name", "a b").exitCode());
        assertEquals(2, entry("cursor", "--key-variable", "a-b").exitCode());
        assertEquals(2, entry("generic", "--write").exitCode());
        assertEquals(
                2,
                run(Map.of(), "connect", "cursor", "--url", URL, "--literal-key")
                        .exitCode());
    }

    @Test
    void saysWhatAClientSeesInBothEras() throws Exception {
        try (GatewayFixture fixture = new GatewayFixture(
                folder, "views: [ { id: none, tools: [ { from: sticky, names: [\"unknown*\"] } ] } ]\n")) {
            String key = fixture.newKey("bot");
            GatewayFixture.Outcome nothing = fixture.run("connect", "cursor", "--key", key, "--view", "none");
            assertEquals(1, nothing.exitCode());
            assertTrue(nothing.out().contains("MCP 2025-11-25: this key sees no tools"), nothing.out());

            GatewayFixture.Outcome seen = fixture.run(Map.of("PORTREEVE_KEY", key), "connect", "cursor");
            assertEquals(0, seen.exitCode(), seen.out() + seen.err());
            assertTrue(seen.out().contains("MCP 2026-07-28: 3 tools: "), seen.out());
            assertTrue(seen.out().contains("MCP 2025-11-25: 3 tools: "), seen.out());
            assertTrue(seen.out().contains("sticky__read"), seen.out());
            assertTrue(seen.out().contains(fixture.data().resolve("/mcp").toString()), seen.out());
            assertFalse((seen.out() + seen.err()).contains(key));

            GatewayFixture.Outcome json = fixture.run(Map.of(), "connect", "codex", "--key", key, "-o", "json");
            JsonNode tree = JsonMapper.shared().readTree(json.out());
            assertEquals(2, tree.path("seen").size());
            assertEquals(3, tree.path("seen").path(1).path("tools").size());
            assertTrue(tree.path("seen").path(1).path("problem").isNull());

            assertEquals("demo", tree.at("/models/names/0").asString(), json.out());
            modelsAreLookedForInTheClientsOwnWay(fixture, key);

            GatewayFixture.Outcome none = fixture.run("connect", "cursor");
            assertEquals(1, none.exitCode());
            assertTrue(none.out().contains("there is no key"), none.out());

            String changed = key.substring(0, key.length() - 1) + (key.endsWith("A") ? "B" : "A");
            GatewayFixture.Outcome wrong = fixture.run("connect", "cursor", "--key", changed);
            assertEquals(1, wrong.exitCode());
            assertTrue(wrong.out().contains("the key is not accepted"), wrong.out());
            assertFalse(wrong.out().contains(changed));

            GatewayFixture.Outcome view = fixture.run("connect", "cursor", "--key", key, "--view", "nowhere");
            assertEquals(1, view.exitCode());
            assertTrue(view.out().contains("is the path right?"), view.out());

            GatewayFixture.Outcome admin = fixture.run(
                    "connect", "cursor", "--key", key, "--url", fixture.admin().toString());
            assertEquals(1, admin.exitCode());
            assertTrue(admin.out().contains("MCP 2026-07-28: "), admin.out());

            String foreign = "http://localhost.example:" + fixture.data().getPort();
            assertTrue(fixture.run("connect", "cursor", "--key", key, "--url", foreign)
                            .exitCode()
                    != 0);
        }
    }

    private static void modelsAreLookedForInTheClientsOwnWay(GatewayFixture fixture, String key) {
        String base = fixture.data().toString();
        Map.of(
                        "gemini-cli", "models in Gemini's dialect: 1: demo; where GOOGLE_GEMINI_BASE_URL is " + base,
                        "claude-code", "models in Anthropic's dialect: 1: demo; where ANTHROPIC_BASE_URL is " + base,
                        "codex", "models in OpenAI's dialect: 1: demo; where base_url is " + base + "/v1")
                .forEach((client, said) -> {
                    GatewayFixture.Outcome seen = fixture.run("connect", client, "--key", key);
                    assertEquals(0, seen.exitCode(), seen.out() + seen.err());
                    assertTrue(seen.out().contains(said), seen.out());
                });
        assertFalse(fixture.run("connect", "cursor", "--key", key).out().contains("models in"));
        GatewayFixture.Outcome elsewhere = fixture.run(
                "connect", "gemini-cli", "--key", key, "--url", fixture.admin().toString());
        assertEquals(1, elsewhere.exitCode());
        assertTrue(elsewhere.out().contains("models in Gemini's dialect: "), elsewhere.out());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        403 | {"error":{"message":"this host or origin is not in server.allowed-hosts"}} | add the name in the URL to server.allowed-hosts
        503 | {"error":{"message":"the database is away"}} | the database is away: the gateway's log says more
        200 | <html>hello</html> | is no MCP server
        200 | {"id":1,"result":[]} | is no MCP server
        302 | {} | the answer was 302
        """)
    void saysWhatIsWrongWithAnAnswer(int status, String body, String remedy) throws Exception {
        HttpServer web = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        web.createContext("/mcp", exchange -> {
            exchange.getRequestBody().readAllBytes();
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        web.start();
        try {
            String url = "http://127.0.0.1:" + web.getAddress().getPort();
            Outcome outcome = run(Map.of("PORTREEVE_KEY", KEY), "connect", "cursor", "--url", url);
            assertEquals(1, outcome.exitCode(), outcome.out() + outcome.err());
            assertTrue(outcome.out().contains(remedy), outcome.out());
        } finally {
            web.stop(0);
        }
    }

    @Test
    void saysThatNothingAnswers() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Outcome outcome = run(Map.of("PORTREEVE_KEY", KEY), "connect", "cursor", "--url", "http://127.0.0.1:" + port);
        assertEquals(3, outcome.exitCode());
        assertTrue(outcome.out().contains("nothing answers at http://127.0.0.1:" + port), outcome.out());
    }
}
