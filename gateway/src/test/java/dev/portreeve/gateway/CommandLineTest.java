package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.GatewayFixture.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The command line against a running gateway, and where there is none. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CommandLineTest {
    private GatewayFixture fixture;

    @BeforeAll
    void start(@TempDir Path folder) {
        fixture = new GatewayFixture(folder);
    }

    @AfterAll
    void stop() {
        fixture.close();
    }

    private static JsonNode json(Outcome outcome) {
        assertEquals(0, outcome.exitCode(), outcome.err());
        return JsonMapper.shared().readTree(outcome.out());
    }

    private static void awaitSigned(GatewayFixture gateway) {
        Awaitility.await().until(() -> {
            JsonNode verified = JsonMapper.shared()
                    .readTree(gateway.run("audit", "verify", "--no-record", "-o", "json")
                            .out());
            JsonNode trees = verified.path("trees");
            // A record that waits for its index is a remark among the findings, and in no tree yet.
            boolean all = trees.size() == 2 && verified.path("findings").isEmpty();
            for (JsonNode tree : trees) {
                all &= tree.path("records").asLong() == tree.path("signed").asLong();
            }
            return all;
        });
    }

    private String ask(String text) {
        Outcome asked = fixture.run("mcp", "call", "--key", fixture.newKey("bot"), "sticky__write", "text=" + text);
        assertEquals(1, asked.exitCode(), asked.out() + asked.err());
        assertTrue(asked.out().contains("a person must approve it first"), asked.out());
        return asked.out();
    }

    @Test
    void keys_are_made_listed_and_revoked() {
        Outcome made = fixture.run("keys", "create", "bot", "--name", "laptop", "--expires-in", "1h");
        assertEquals(0, made.exitCode(), made.err());
        String key = made.out().strip();
        assertTrue(key.matches("prk_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}"), "only the key is on standard output");
        assertTrue(made.err().contains("the only time"));
        String id = key.substring(4, 16);
        Outcome list = fixture.run("keys", "list");
        assertTrue(list.out().contains(id)
                && list.out().contains("laptop")
                && list.out().contains("until "));
        assertFalse(list.out().contains(key));
        assertEquals(0, fixture.run("keys", "revoke", id).exitCode());
        assertTrue(fixture.run("keys", "list").out().contains("revoked"));
        Outcome again = fixture.run("keys", "revoke", id);
        assertEquals(1, again.exitCode());
        assertEquals("portreeve: there is no living key \"" + id + "\"\n", again.err());
        Outcome refused = fixture.run("mcp", "list", "--key", key);
        assertEquals(3, refused.exitCode(), refused.out());
    }

    @Test
    void tools_are_listed_and_called() {
        Map<String, String> key = Map.of("PORTREEVE_KEY", fixture.newKey("bot"));
        Outcome list = fixture.run(key, "mcp", "list");
        assertEquals(0, list.exitCode(), list.err());
        assertTrue(list.out().contains("sticky__read") && list.out().contains("read the note"), list.out());
        Outcome unknown = fixture.run(key, "mcp", "call", "sticky__nothing");
        assertEquals(1, unknown.exitCode());
        assertTrue(unknown.err().contains("unknown tool"), unknown.err());
        Outcome broken = fixture.run(key, "mcp", "call", "sticky__read", "no-value");
        assertEquals(2, broken.exitCode());
        Outcome keyless = fixture.run("mcp", "list");
        assertEquals(2, keyless.exitCode());
        assertTrue(keyless.err().contains("PORTREEVE_KEY"), keyless.err());
    }

    @Test
    void an_approved_call_runs_once() throws Exception {
        Map<String, String> key = Map.of("PORTREEVE_KEY", fixture.newKey("bot"));
        String[] write = {"mcp", "call", "sticky__write", "text=hello"};
        assertEquals(1, fixture.run(key, write).exitCode());
        String ticket = waiting("hello");
        Outcome approved = fixture.run("approvals", "approve", ticket, "--reason", "fine");
        assertEquals(0, approved.exitCode(), approved.err());
        assertTrue(approved.out().contains("{\"text\":\"hello\"}"), approved.out());
        Outcome written = fixture.run(key, write);
        assertEquals("written\n", written.out(), written.err());
        assertEquals("hello", Files.readString(fixture.folder.resolve("note")));
        Outcome third = fixture.run(key, write);
        assertEquals(1, third.exitCode(), "a yes is for one call");
        String next = waiting("hello");
        assertEquals(0, fixture.run("approvals", "deny", next).exitCode());
        Outcome shown = fixture.run("approvals", "show", next);
        assertTrue(shown.out().contains("state: denied\n") && shown.out().contains("decided by: admin\n"), shown.out());
        Outcome late = fixture.run("approvals", "approve", next);
        assertEquals(1, late.exitCode());
        assertTrue(late.err().contains("decided before: denied by admin"), late.err());
    }

    private String waiting(String text) {
        for (JsonNode ticket :
                json(fixture.run("approvals", "list", "-o", "json")).path("approvals")) {
            if (ticket.path("arguments").path("text").asString().equals(text)) {
                return ticket.path("id").asString();
            }
        }
        throw new AssertionError("nothing waits with the text " + text);
    }

    @Test
    void budgets_and_links_are_shown() {
        Outcome budgets = fixture.run("budgets");
        assertTrue(budgets.out().contains("tenant:acme:total") && budgets.out().contains("10"), budgets.out());
        assertEquals(
                2, json(fixture.run("budgets", "-o", "json")).path("budgets").size());
        assertTrue(fixture.run("admin-link").out().startsWith(fixture.admin() + "/login?code="));
    }

    @Test
    void records_are_verified_exported_and_verified_again_without_the_database(@TempDir Path exports) {
        ask("for the record");
        awaitSigned(fixture);
        Path folder = exports.resolve("evidence");
        Outcome exported = fixture.run("audit", "export", folder.toString());
        assertEquals(0, exported.exitCode(), exported.err());
        String key =
                exported.out().substring(exported.out().indexOf("--key ") + 6).strip();
        Outcome intact = fixture.run("audit", "verify", "--folder", folder.toString(), "--key", key);
        assertEquals(0, intact.exitCode(), intact.out() + intact.err());
        assertEquals(1, fixture.run("audit", "export", folder.toString()).exitCode(), "a full folder is not touched");
        Outcome other =
                fixture.run("audit", "verify", "--folder", folder.toString(), "--key", key.replace("audit+", "other+"));
        assertEquals(3, other.exitCode(), other.out() + other.err());
        assertTrue(fixture.run("audit", "tail", "-n", "3").out().lines().count() == 3);
    }

    @Test
    void a_row_changed_by_hand_is_found(@TempDir Path folder) {
        try (GatewayFixture own = new GatewayFixture(folder)) {
            own.newKey("bot");
            awaitSigned(own);
            Outcome refused = own.run("sql", "UPDATE audit.record SET kind = 'x'");
            assertEquals(1, refused.exitCode());
            assertTrue(refused.err().contains("append-only"), refused.err());
            Outcome changed = own.run(
                    "sql",
                    "ALTER TABLE audit.record DISABLE TRIGGER record_append_only;"
                            + " UPDATE audit.record SET leaf = convert_to(replace(convert_from(leaf, 'UTF8'), 'key.created', 'key.revoked'), 'UTF8')"
                            + " WHERE kind = 'key.created'");
            assertEquals(0, changed.exitCode(), changed.err());
            assertTrue(changed.out().contains("1 rows changed"), changed.out());
            assertTrue(changed.err().contains("THIS RUNS AS THE OWNER"));
            Outcome verified = own.run("audit", "verify");
            assertEquals(1, verified.exitCode());
            assertTrue(verified.out().contains("altered"), verified.out());
            assertTrue(verified.out().contains("TAMPERED"), verified.out());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    keys list --data /nowhere             | 3 | no server runs on the data directory "/nowhere"
                    audit verify --data /nowhere          | 3 | there is no key of a log in "/nowhere"
                    check --config /nowhere.yaml          | 2 | there is no such file
                    serve --config /nowhere.yaml          | 2 | there is no such file
                    keys creat                            | 2 | Unmatched argument
                    budgets -o xml                        | 2 | Invalid value for option '--output'
                    audit verify --folder x --key nonsense | 3 | is not a verifier key
                    """)
    void what_cannot_be_done_says_why(String line, int exitCode, String said) {
        Outcome outcome = fixture.run(line.split(" "));
        assertEquals(exitCode, outcome.exitCode(), outcome.err());
        assertTrue(outcome.err().contains(said), outcome.err());
        assertEquals("", outcome.out());
    }

    @Test
    void help_and_version_need_nothing() {
        assertTrue(fixture.run("version").out().startsWith("portreeve "));
        Outcome help = fixture.run("--help");
        assertEquals(0, help.exitCode());
        assertTrue(help.out().contains("Exit codes:"));
        assertEquals(2, fixture.run().exitCode());
    }
}
