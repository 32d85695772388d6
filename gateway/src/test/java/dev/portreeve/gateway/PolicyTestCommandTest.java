package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.cli.Terminal;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Scenario files of users: read, run, reported. No server, no database. */
class PolicyTestCommandTest {
    private static final Path SCENARIOS = Path.of("..", "policy", "src", "test", "resources", "scenarios");
    private static final String CONFIGURATION = """
        providers: [{ id: demo, kind: demo }]
        models: [{ name: fast, route: { targets: [{ model: demo/parrot }] } }]
        tool-servers: [{ slug: files, command: [true], definitions: trust }]
        organisation:
          tenants: [{ id: acme, teams: [{ id: support, agents: [{ id: triage-bot }], users: [{ id: maria }] }] }]
        policies:
          - { id: models, effect: allow, who: { team: support }, models: [fast] }
          - { id: write, effect: allow, tools: [files__write], when: 'path.under(args.path, "/workspace")' }
          - { id: large, effect: require-approval, tools: [files__write], when: 'args.size > 1000', approvers: [maria], timeout: 10m }
          - { id: night, effect: deny, mode: shadow, who: { user: maria }, models: [fast] }
          - { id: dear, effect: deny, models: ["*"], when: 'call.max_cost_micros > 1000000' }
        """;

    @TempDir
    private Path folder;

    private record Ended(int code, String out, String err) {}

    private Ended run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Main.run(new Terminal(new PrintWriter(out), new PrintWriter(err), name -> null, false), arguments);
        return new Ended(code, out.toString(), err.toString());
    }

    private Ended test(String cases, String... more) throws IOException {
        Path config = Files.writeString(folder.resolve("portreeve.yaml"), CONFIGURATION);
        Path file = Files.writeString(folder.resolve("scenarios.yaml"), cases);
        List<String> line = new ArrayList<>(List.of("policy", "test", file.toString(), "--config", config.toString()));
        line.addAll(List.of(more));
        return run(line.toArray(String[]::new));
    }

    @Test
    void scenariosOfTheConfigurationPassAndTheRulesTheyDidNotReachAreNamed() throws IOException {
        Ended ended = test("""
            cases:
              - name: the bot may use the model
                when: { agent: triage-bot, model: fast, cost-usd: "0.10" }
                then: { outcome: allow, by: [models] }
              - name: maria may too, but would not at night
                when: { user: maria, model: fast, cost-usd: "0.10" }
                then: { outcome: allow, with-shadow: deny }
              - name: small files are written
                when: { agent: triage-bot, tool: files__write, arguments: '{"path": "/workspace/a", "size": 10}' }
                then: { outcome: allow }
              - name: without a bound nobody knows
                when: { agent: triage-bot, model: fast }
                then: { outcome: not-evaluable }
            """);
        assertEquals(0, ended.code(), ended.out() + ended.err());
        assertTrue(ended.out().contains("ok      the bot may use the model"), ended.out());
        assertTrue(ended.out().contains("5 of 5 rules fit a scenario"), ended.out());
        assertTrue(ended.out().contains("in no scenario matches large, dear"), ended.out());
        assertTrue(ended.out().contains("4 scenarios, 0 failed"), ended.out());
    }

    private static final String TWO_PLACES = """
        providers: [{ id: near, kind: demo }, { id: abroad, kind: demo }]
        models:
          - { name: both, route: { targets: [{ model: abroad/parrot }, { model: near/parrot }] } }
          - { name: away, route: { targets: [{ model: abroad/parrot }] } }
          - { name: saved, route: { targets: [{ model: abroad/parrot }], fallbacks: [both] } }
        organisation: { tenants: [{ id: acme, agents: [{ id: bot }] }] }
        policies:
          - { id: models, effect: allow, models: ["*"] }
          - { id: stays, effect: deny, targets: ["abroad/*", "abroda/*"] }
        """;

    @Test
    void aCallIsTriedAtThePlacesOfItsRoute() throws IOException {
        Path config = Files.writeString(folder.resolve("places.yaml"), TWO_PLACES);
        Path file = Files.writeString(folder.resolve("scenarios.yaml"), """
            cases:
              - name: the other place is open
                when: { agent: bot, model: both }
                then: { outcome: allow, by: [models] }
              - name: a fallback's is too
                when: { agent: bot, model: saved }
                then: { outcome: allow }
              - name: none is
                when: { agent: bot, model: away }
                then: { outcome: deny, by: [stays], reason: forbidden }
              - name: nor by the provider's own name
                when: { agent: bot, model: abroad/other }
                then: { outcome: deny, by: [stays] }
              - name: one that is said
                when: { agent: bot, model: both, target: abroad/parrot }
                then: { outcome: deny, by: [stays] }
            """);
        Ended tried = run("policy", "test", file.toString(), "--config", config.toString());
        assertEquals(0, tried.code(), tried.out() + tried.err());
        Ended said = run("policy", "explain", "--config", config.toString(), "--as", "bot", "--model", "saved");
        assertEquals(0, said.code(), said.err());
        assertTrue(said.out().contains("allow, by models"), said.out());
        assertTrue(
                Pattern.compile("abroad/parrot +saved +deny +stays")
                        .matcher(said.out())
                        .find(),
                said.out());
        assertTrue(
                Pattern.compile("near/parrot +both +allow +models")
                        .matcher(said.out())
                        .find(),
                said.out());
        Ended checked = run("check", "--config", config.toString());
        assertEquals(0, checked.code(), checked.err());
        String all = checked.out() + checked.err();
        assertTrue(all.contains("rule \"stays\" names the target \"abroda/*\""), all);
        assertFalse(all.contains("names the target \"abroad/*\""), all);
    }

    @Test
    void aScenarioKnowsTheRolesOfTheConfigurationOrSaysThem() throws IOException {
        String rules = """
            rules:
              - { id: all, effect: allow, tools: ["files__*"] }
              - { id: finance, effect: deny, tools: ["files__*"], when: '!("finance" in subject.roles)' }
            """;
        Ended free = test(rules + """
            cases:
              - name: said
                when: { user: maria, roles: [finance], tool: files__read }
                then: { outcome: allow }
              - name: said to have none
                when: { user: maria, roles: [], tool: files__read }
                then: { outcome: deny, by: [finance] }
              - name: not said
                when: { user: maria, tool: files__read }
                then: { outcome: not-evaluable, by: [finance] }
            """);
        assertEquals(0, free.code(), free.out() + free.err());
        Ended wrong = test("""
            cases:
              - name: others than maria's
                when: { user: maria, roles: [finance], model: fast, cost-usd: "0.10" }
                then: { outcome: allow }
            """);
        assertEquals(1, wrong.code(), wrong.out() + wrong.err());
        assertTrue(wrong.out().contains("\"maria\" has no roles and not finance"), wrong.out());
    }

    @Test
    void aScenarioMaySayTheSessionsLabelsAndWhereAndWhenTheCallIsMade() throws IOException {
        Ended ended = test("""
            rules:
              - { id: all, effect: allow, tools: ["files__*"] }
              - { id: marks, effect: label, label: untrusted, tools: ["web__*"] }
              - { id: careful, effect: deny, tools: ["files__*"], when: 'session.has("untrusted")' }
              - { id: late, effect: deny, tools: ["files__*"], when: 'now > timestamp("2026-11-23T00:00:00Z")' }
              - { id: outside, effect: deny, who: { networks: ["192.168.0.0/16"] }, tools: ["files__*"] }
              - { id: staged, effect: deny, tools: ["files__*"], views: [staging] }
            cases:
              - name: plain
                when: { agent: bot, tool: files__read, labels: [], address: 10.0.0.7, view: main, at: "2026-11-22T12:00:00Z" }
                then: { outcome: allow, by: [all] }
              - name: after the web
                when: { agent: bot, tool: files__read, labels: [untrusted], address: 10.0.0.7, view: main, at: "2026-11-22T12:00:00Z" }
                then: { outcome: deny, by: [careful] }
              - name: from outside
                when: { agent: bot, tool: files__read, labels: [], address: 192.168.3.4, view: main, at: "2026-11-22T12:00:00Z" }
                then: { outcome: deny, by: [outside] }
              - name: late and staged
                when: { agent: bot, tool: files__read, labels: [], address: 10.0.0.7, view: staging, at: "2026-11-24T12:00:00Z" }
                then: { outcome: deny, by: [late, staged] }
              - name: what is not said is not guessed
                when: { agent: bot, tool: files__read, address: 10.0.0.7, view: main, at: "2026-11-22T12:00:00Z" }
                then: { outcome: not-evaluable, by: [careful] }
              - name: labelled
                when: { agent: bot, tool: web__get, labels: [] }
                then: { outcome: deny, reason: not_granted, rules: { marks: matched } }
            """);
        assertEquals(0, ended.code(), ended.out() + ended.err());
    }

    @Test
    void oneThatIsNotAsExpectedSaysWhatIsAndEndsTheBuild() throws IOException {
        Path xml = folder.resolve("results.xml");
        Ended ended = test("""
                cases:
                  - name: large <files> need nobody
                    when: { agent: triage-bot, tool: files__write, arguments: '{"path": "/workspace/a", "size": 5000}' }
                    then: { outcome: allow, approvers: [bob] }
                """, "--junit", xml.toString());
        assertEquals(1, ended.code(), ended.err());
        assertTrue(ended.out().contains("outcome is require-approval, expected allow"), ended.out());
        assertTrue(ended.out().contains("approvers is [maria], expected [bob]"), ended.out());
        assertTrue(ended.out().contains("no scenario reaches models, night, dear"), ended.out());
        String written = Files.readString(xml);
        assertTrue(written.contains("name=\"large &lt;files&gt; need nobody\"><failure message=\"outcome is"), written);
        assertTrue(written.contains("tests=\"1\" failures=\"1\""), written);
    }

    @Test
    void whatIsNotThereFailsItsScenarioWithTheNearestName() throws IOException {
        Ended ended = test("""
                cases:
                  - { name: a, when: { agent: triage-bod, model: fast }, then: { outcome: allow } }
                  - { name: b, when: { agent: triage-bot, tool: fils__write }, then: { outcome: allow } }
                  - { name: c, when: { agent: triage-bot, team: sales, model: fast }, then: { outcome: allow } }
                  - { name: d, when: { agent: triage-bot, model: fast }, then: { outcome: maybe } }
                """, "-o", "json");
        assertEquals(1, ended.code(), ended.err());
        JsonNode json = JsonMapper.shared().readTree(ended.out());
        assertEquals(4, json.path("failed").asInt(), ended.out());
        assertTrue(ended.out().contains("did you mean \\\"triage-bot\\\""), ended.out());
        assertTrue(ended.out().contains("\"never_matched\""), ended.out());
        assertTrue(ended.out().contains("did you mean \\\"files\\\""), ended.out());
        assertTrue(ended.out().contains("is not of team \\\"sales\\\""), ended.out());
        assertTrue(ended.out().contains("an outcome is allow, require-approval or deny"), ended.out());
    }

    @Test
    void aFileThatIsWrongSaysWhereAndIsNoFailedScenario() throws IOException {
        Ended ended = test("cases: [{ name: a, wen: {}, when: { agent: a, model: b }, then: { outcome: allow } }]");
        assertEquals(2, ended.code(), ended.out());
        assertTrue(ended.err().contains("unknown key \"wen\", did you mean \"when\""), ended.err());
        Ended broken = test("""
            rules: [{ id: r, effect: allow, tools: [t__u], when: 'arg.x' }]
            cases: [{ name: a, when: { agent: a, model: b }, then: { outcome: allow } }]
            """);
        assertEquals(2, broken.code(), broken.out());
        assertTrue(broken.err().contains("rule \"r\", when"), broken.err());
        assertFalse(broken.err().contains("mistake in Portreeve"), broken.err());
    }

    @Test
    void theFilesThatTestTheRulesThemselvesAreSuchFiles() throws IOException {
        try (Stream<Path> files = Files.walk(SCENARIOS)) {
            List<String> line = new ArrayList<>(List.of("policy", "test"));
            files.filter(path -> path.toString().endsWith(".yaml"))
                    .sorted()
                    .map(Path::toString)
                    .forEach(line::add);
            assertTrue(line.size() > 8, line.toString());
            Ended ended = run(line.toArray(String[]::new));
            assertEquals(0, ended.code(), ended.out() + ended.err());
        }
    }
}
