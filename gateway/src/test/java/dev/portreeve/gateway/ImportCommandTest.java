package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.cli.Terminal;
import dev.portreeve.gateway.config.ConfigFile;
import dev.portreeve.gateway.config.GatewayConfig;
import dev.portreeve.hub.ToolServerConfig;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.access.Decision;
import dev.portreeve.policy.call.Calls;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.call.ToolCall;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The files of each client, as their users write them, through the command. */
final class ImportCommandTest {
    private static final Path SAMPLES = Path.of("src/test/resources/imports");
    /** Every literal secret that stands in a sample. */
    private static final List<String> SECRETS = List.of(
            "ghp_0123456789abcdefghijklmnopqrstuvwxyz",
            "sk-live-0a1b2c3d4e5f6a7b8c9d",
            "4fZp9QmX2rT7vB1nK8sW",
            "q7Yt2Lw9Zx4Vb6Nm1Kj8",
            "9c1185a5c5e9fc54612808977ee8f548",
            "hunter2hunter2",
            "s3cret",
            "lin_api_0123456789abcdef",
            "correct horse battery staple");

    @TempDir
    private Path folder;

    private record Outcome(int exitCode, String out, String err) {}

    private static Outcome run(Map<String, String> environment, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode =
                Main.run(new Terminal(new PrintWriter(out), new PrintWriter(err), environment::get, false), arguments);
        return new Outcome(exitCode, out.toString(), err.toString());
    }

    private static String server(GatewayConfig config, int index) {
        return config.toolServers().get(index).slug();
    }

    /** Whatever a variable is for, its value is a word; where it is a whole address, the test says so. */
    private static String anything(String name) {
        return "x-" + name.length();
    }

    private Path write(String name, String text) throws Exception {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    /** Written anew with {@code -Dportreeve.write-golden=true}; then read what changed. */
    @ParameterizedTest
    @CsvSource({
        "claude-code/.mcp.json,Claude Code",
        "claude-user/.claude.json,Claude Code",
        "claude-desktop/claude_desktop_config.json,Claude Desktop",
        "cursor/mcp.json,Cursor",
        "vs-code/mcp.json,VS Code",
        "codex/config.toml,Codex",
        "gemini-cli/settings.json,Gemini CLI",
        "registry/server.json,the MCP registry (server.json)",
        "registry-package/server.json,the MCP registry (server.json)"
    })
    void eachClientsFileBecomesEntriesThatLoad(String sample, String label) throws Exception {
        Path file = SAMPLES.resolve(sample);
        Outcome outcome = run(Map.of(), "import", file.toString());
        assertEquals(0, outcome.exitCode(), outcome.err());
        golden(file.resolveSibling("expected.yaml"), outcome.out().replace(file.toString(), "FILE"));
        golden(file.resolveSibling("expected.txt"), outcome.err().replace(file.toString(), "FILE"));

        JsonNode report = JsonMapper.shared()
                .readTree(run(Map.of(), "import", file.toString(), "-o", "json").out());
        assertEquals(label, report.path("format").asString());
        assertEquals(outcome.out().strip(), report.path("yaml").asString().strip());
        SECRETS.forEach(secret -> assertFalse(
                (outcome.out() + outcome.err() + report).contains(secret), "a secret was printed: " + secret));

        GatewayConfig config = ConfigFile.parse("imported", outcome.out(), folder, ImportCommandTest::anything);
        assertEquals(report.path("servers").size(), config.toolServers().size());
        for (int i = 0; i < config.toolServers().size(); i++) {
            ToolServerConfig server = config.toolServers().get(i);
            assertEquals(report.path("servers").path(i).path("slug").asString(), server.slug());
            assertEquals(report.path("servers").path(i).path("disabled").asBoolean(), server.disabled());
            assertTrue(server.disabled() || server.url() != null, server.slug() + " would be started");
        }
    }

    private static void golden(Path file, String text) throws Exception {
        if (Boolean.getBoolean("portreeve.write-golden")) {
            Files.writeString(file, text);
        }
        assertEquals(Files.readString(file), text, file + " is not what the import says");
    }

    @Test
    void goesIntoAConfigurationWithoutTouchingTheRest() throws Exception {
        String before = """
                # Ours.
                server: { data-directory: ./data }   # here
                tool-servers:
                  # the first
                  - slug: github
                    url: http://127.0.0.1:9/mcp # taken

                # Who may what.
                policies:
                  - { id: none, effect: deny, tools: ["github__*"] }
                """;
        Path into = write("portreeve.yaml", before);
        Files.setPosixFilePermissions(into, PosixFilePermissions.fromString("rw-r-----"));
        Path file = SAMPLES.resolve("gemini-cli/settings.json");

        Outcome outcome = run(Map.of(), "import", file.toString(), "--into", into.toString());
        assertEquals(0, outcome.exitCode(), outcome.err());
        assertEquals("", outcome.out());
        String after = Files.readString(into);
        assertAll(
                () -> assertEquals(before, Files.readString(folder.resolve("portreeve.yaml.bak"))),
                () -> assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(into))),
                () -> assertTrue(after.startsWith(before.substring(0, before.indexOf("\n\n# Who"))), after),
                () -> assertTrue(after.contains("\n\n# Who may what.\npolicies:\n  - { id: none"), after),
                () -> assertTrue(
                        after.endsWith("  - id: without-maps\n    effect: deny\n    tools: [maps__bulk_export]\n"),
                        after));
        GatewayConfig config = ConfigFile.parse("merged", after, folder, ImportCommandTest::anything);
        assertEquals(5, config.toolServers().size());
        assertEquals("github", server(config, 0));
        assertEquals(3, config.policies().size());

        Outcome again = run(
                Map.of("MAPS_KEY", "k", "DB_CONNECTION_STRING", "d", "EXTERNAL_API_KEY", "e"),
                "import",
                file.toString(),
                "--into",
                into.toString());
        assertEquals(0, again.exitCode(), again.err());
        assertTrue(again.err().contains("is in the configuration already"), again.err());
        assertEquals(after, Files.readString(into), "the second import is no change");
        assertFalse(Files.exists(folder.resolve("portreeve.yaml.bak.2")));
    }

    @Test
    void whatTheClientKeptFromItsModelStaysDeniedWhateverIsAllowedLater() {
        String imported = run(
                        Map.of(),
                        "import",
                        SAMPLES.resolve("gemini-cli/settings.json").toString())
                .out();
        GatewayConfig config = ConfigFile.parse(
                "later",
                imported + "  - { id: later, effect: allow, tools: [\"*\"] }\n",
                folder,
                ImportCommandTest::anything);
        AccessPolicy access = AccessPolicy.of(config.policies());
        Subject bot = new Subject("acme", null, Subject.Kind.AGENT, "bot", "key");
        Map<String, Boolean> allowed = new TreeMap<>();
        for (String tool : List.of("geocode", "bulk_export", "anything")) {
            ToolCall call = Calls.tool(bot, new Resource.Tool("maps", tool, "hash"), "{}");
            allowed.put(tool, access.decide(call) instanceof Decision.Permit);
            assertEquals(allowed.get(tool), access.mayUse(bot, call.resource()), tool + " is listed as it is callable");
        }
        assertEquals(Map.of("geocode", true, "bulk_export", false, "anything", false), allowed);
    }

    @Test
    void aTakenSlugGetsANumber() throws Exception {
        Path into = write("p.yaml", "tool-servers: [ { slug: github, url: \"http://127.0.0.1:9/mcp\" } ]\n");
        Outcome outcome =
                run(Map.of(), "import", SAMPLES.resolve("claude-code/.mcp.json").toString(), "--into", into.toString());
        assertEquals(0, outcome.exitCode(), outcome.err());
        GatewayConfig config = ConfigFile.parse("merged", Files.readString(into), folder, ImportCommandTest::anything);
        assertEquals("github", server(config, 0));
        assertEquals("github-2", server(config, 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "# nothing yet\n",
                "server: { data-directory: d }",
                "tool-servers:\n",
                "tool-servers:   # none\nlimits: {}\n",
                "tool-servers: []\n",
                "tool-servers:\n- slug: a\n  command: [a] # last\n# of limits\nlimits: {}\n",
                "# ä\ntool-servers:\n    - slug: a\n      command:\n        - a\n        - b\n",
                "tool-servers: [ { slug: a, command: [a] }, ]\nlimits: {}\n",
                "tool-servers: [\n  { slug: a, command: [a] } # last\n]\n",
            })
    void goesIntoEveryFormOfList(String before) throws Exception {
        Path into = write("p.yaml", before);
        Path file = write(
                "x.json",
                "{\"mcpServers\":{\"one\":{\"command\":\"1\"},\"two\":{\"url\":\"http://127.0.0.1:1/mcp\"}}}");
        int old = ConfigFile.parse("old", before, folder, name -> null)
                .toolServers()
                .size();
        Outcome outcome = run(Map.of(), "import", file.toString(), "--into", into.toString());
        assertEquals(0, outcome.exitCode(), outcome.err());
        String after = Files.readString(into);
        GatewayConfig config = ConfigFile.parse("new", after, folder, name -> null);
        assertEquals(old + 2, config.toolServers().size(), after);
        assertEquals("one", server(config, old));
        before.lines()
                .forEach(line -> assertTrue(after.contains(line.replaceAll("(\\s*\\]|,\\s*\\]| # last)$", "")), after));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            { tool-servers: [] } | is written as one { … }
            tool-servers: &x [] | is not a plain list
            serverr: {} | unknown key
            """)
    void whatCannotBeAddedToIsLeftAlone(String before, String why) throws Exception {
        Path into = write("p.yaml", before);
        Path file = write("x.json", "{\"mcpServers\":{\"one\":{\"command\":\"1\"}}}");
        Outcome outcome = run(Map.of(), "import", file.toString(), "--into", into.toString());
        assertEquals(2, outcome.exitCode(), outcome.err());
        assertTrue(outcome.err().contains(why), outcome.err());
        assertEquals(before, Files.readString(into));
        assertFalse(Files.exists(folder.resolve("p.yaml.bak")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            x.json | '' | x.json: is empty
            x.json | '{"mcpServers": {\n"a": {"command": 1 2}}}' | x.json:2: not JSON
            x.json | '{"mcpServers": {\n"a": {"command": ["npx"]}}}' | x.json:2: mcpServers.a.command: expected text
            x.json | '{"mcpServers": {"a": {},\n"a": {}}}' | x.json:2: not JSON (comments are fine): a key stands there twice
            x.json | '{"mcpServers": {"a": "npx"}}' | mcpServers.a: expected an object
            x.json | '{"a": 1}' | names no MCP servers
            x.toml | 'model = "x"' | has no table [mcp_servers.NAME]
            x.toml | 'a = \n[b' | x.toml:1: neither JSON nor TOML
            """)
    void badFilesAreToldWithLineAndPath(String name, String text, String message) throws Exception {
        Path file = write(name, text.replace("\\n", "\n"));
        Outcome outcome = run(Map.of(), "import", file.toString());
        assertEquals(2, outcome.exitCode());
        assertTrue(outcome.err().contains(message), outcome.err());
        assertEquals("", outcome.out());
    }

    @Test
    void noServersIsANo() throws Exception {
        Path file = write("x.json", "{\"mcpServers\":{}}");
        assertEquals(1, run(Map.of(), "import", file.toString()).exitCode());
        assertEquals(
                2,
                run(Map.of(), "import", folder.resolve("none.json").toString()).exitCode());
    }

    @Test
    void twoSecretsOfOneNameKeepApart() throws Exception {
        Path file = write("x.json", """
                {"mcpServers": {
                  "a": {"command": "a", "env": {"API_KEY": "first-secret-1"}},
                  "b": {"command": "b", "env": {"API_KEY": "second-secret-2"}},
                  "c": {"command": "c", "env": {"API_KEY": "first-secret-1"}},
                  "d": {"command": "d", "env": {"TOKEN": "third", "OTHER": "${B_API_KEY}", "MAX_TOKENS": "4096"}}
                }}""");
        String yaml = run(Map.of(), "import", file.toString()).out();
        GatewayConfig config = ConfigFile.parse("imported", yaml, folder, name -> name);
        assertEquals("API_KEY", config.toolServers().get(0).env().get("API_KEY"));
        assertEquals("API_KEY_3", config.toolServers().get(1).env().get("API_KEY"), "B_API_KEY is the file's own");
        assertEquals("API_KEY", config.toolServers().get(2).env().get("API_KEY"));
        assertEquals("TOKEN", config.toolServers().get(3).env().get("TOKEN"));
        assertEquals("4096", config.toolServers().get(3).env().get("MAX_TOKENS"));
    }

    @Test
    void hostileNamesStayText() throws Exception {
        Path file = write("x.json", """
                {"mcpServers": {
                  "a\\n- slug: evil\\n  command: [rm]": {"command": "a\\nb: c", "env": {"X": "#\\"'\\\\ \\u202e ${"}},
                  "__proto__": {"command": "p", "env": {"not a name": "x"}},
                  "ÄÖÜ": {"command": "q"}, "workspace": {"command": "r"},
                  "an-extremely-long-name-of-a-server-one": {"command": "s"},
                  "an-extremely-long-name-of-a-server-two": {"command": "t"}
                }}""");
        Outcome outcome = run(Map.of(), "import", file.toString());
        GatewayConfig config = ConfigFile.parse("imported", outcome.out(), folder, name -> null);
        assertEquals(
                List.of(
                        "a-slug-evil-command-rm",
                        "proto",
                        "server",
                        "workspace-2",
                        "an-extremely-long-name-o",
                        "an-extremely-long-name-2"),
                config.toolServers().stream().map(ToolServerConfig::slug).toList());
        assertEquals(List.of("a\nb: c"), config.toolServers().getFirst().command());
        assertEquals("#\"'\\ \u202e ${", config.toolServers().getFirst().env().get("X"));
        assertTrue(outcome.err().contains("a name that no variable can have"), outcome.err());
    }
}
