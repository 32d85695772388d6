package dev.portreeve.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.GatewayFixture.Outcome;
import dev.portreeve.gateway.config.ConfigFile;
import dev.portreeve.gateway.database.StartFailure;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Rules that change while gateways run: by the command line, with calls over real HTTP, on a real database. */
class PolicyVersionsTest {
    private static final String CONFIGURATION = """
            providers: [ { id: demo, kind: demo } ]
            models:
              - { name: fast, route: { targets: [ { model: demo/parrot } ] }, max-output-tokens: 100 }
              - { name: smart, route: { targets: [ { model: demo/parrot } ] }, max-output-tokens: 100 }
            organisation:
              tenants: [ { id: acme, users: [ { id: alice } ], agents: [ { id: bot }, { id: other } ] } ]
            policies: [ { id: base, effect: allow, models: [fast] } ]
            """;

    private static final String SMART = """
            policies:
              - { id: smart, effect: allow, who: { agent: bot }, models: [smart] }
            """;

    @TempDir
    private Path folder;

    private GatewayFixture here;
    private String key;

    @BeforeEach
    void start() {
        here = GatewayFixture.configured(folder, CONFIGURATION);
        key = here.newKey("bot");
    }

    @AfterEach
    void stop() {
        here.close();
    }

    private Path file(String name, String text) {
        try {
            return Files.writeString(folder.resolve(name), text);
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    private static Outcome ok(Outcome outcome) {
        assertEquals(0, outcome.exitCode(), outcome.out() + outcome.err());
        return outcome;
    }

    private static Outcome no(Outcome outcome) {
        assertEquals(1, outcome.exitCode(), outcome.out() + outcome.err());
        return outcome;
    }

    private Outcome draft(String text, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "policy", "draft", file("draft.yaml", text).toString(), "--as", "ann", "--reason", "for tests"));
        arguments.addAll(List.of(more));
        return here.run(arguments.toArray(String[]::new));
    }

    private int call(GatewayFixture gateway, String model) throws IOException, InterruptedException {
        URI address = URI.create("http://127.0.0.1:" + gateway.data().getPort() + "/v1/chat/completions");
        HttpRequest request = HttpRequest.newBuilder(address)
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"))
                .build();
        return here.http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
    }

    private List<JsonNode> actions() throws SQLException {
        List<JsonNode> found = new ArrayList<>();
        try (Connection connection = here.database.owner().dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT convert_from(leaf, 'UTF8') FROM audit.record"
                        + " WHERE tenant = '_instance' AND kind = 'admin.action' ORDER BY txid, position")) {
            while (rows.next()) {
                found.add(JsonMapper.shared().readTree(rows.getString(1)));
            }
        }
        return found;
    }

    /** The file limits nothing, so that nothing was counted before; and what a rule limits is what it says now. */
    @Test
    void aLimitThatIsPublishedHoldsAndSoDoesAnotherInItsPlace() throws Exception {
        String limit = "policies: [ { id: few, effect: limit, models: [fast], limit: { requests: %d, per: 1h } } ]";
        ok(draft(limit.formatted(2)));
        ok(here.run("policy", "publish", "1"));
        assertEquals(List.of(200, 200, 429), List.of(call(here, "fast"), call(here, "fast"), call(here, "fast")));
        ok(draft(limit.formatted(4)));
        ok(here.run("policy", "publish", "2"));
        assertEquals(200, call(here, "fast"));
        ok(here.run("policy", "rollback", "0", "--reason", "no limit"));
        for (int i = 0; i < 5; i++) {
            assertEquals(200, call(here, "fast"));
        }
    }

    @Test
    void aDraftIsInForceOncePublishedAndNoLongerOnceRolledBack() throws Exception {
        assertEquals(403, call(here, "smart"));
        String drafted = ok(draft(SMART)).out();
        assertTrue(drafted.contains("version 1 is a draft, made from version 0\n+ smart\n"), drafted);
        assertEquals(403, call(here, "smart"), "nothing is in force by a draft");
        String published = ok(here.run("policy", "publish", "1", "--as", "bob")).out();
        assertTrue(published.startsWith("version 1, published: 1 rules, made by ann at "), published);
        assertEquals(200, call(here, "smart"));
        assertEquals(200, call(here, "fast"), "the rules of the file are in force beside it");

        String dear = SMART.replace("agent: bot", "agent: other");
        ok(draft(dear));
        ok(here.run("policy", "publish", "2"));
        assertEquals(403, call(here, "smart"));
        assertEquals(
                "~ smart\n    agent: \"bot\" -> \"other\"\n",
                ok(here.run("policy", "diff", "1", "2")).out());
        assertEquals(
                "- smart",
                ok(here.run("policy", "diff", "1", "0"))
                        .out()
                        .lines()
                        .findFirst()
                        .orElseThrow());

        String back =
                ok(here.run("policy", "rollback", "1", "--reason", "too early")).out();
        assertTrue(back.contains("version 3, published") && back.contains("with the rules of version 1"), back);
        assertEquals(200, call(here, "smart"));
        ok(here.run("policy", "rollback", "0", "--reason", "none at all"));
        assertEquals(403, call(here, "smart"));
        assertEquals(200, call(here, "fast"));
        String versions = ok(here.run("policy", "versions")).out();
        assertTrue(versions.startsWith("version 4 is in force beside the rules of the configuration"), versions);
        List<String> states = versions.lines()
                .filter(line -> !line.isEmpty() && Character.isDigit(line.charAt(0)))
                .map(line -> line.replaceAll("^(\\d+) +(\\S+).*", "$1 $2"))
                .toList();
        assertEquals(List.of("4 published", "3 superseded", "2 superseded", "1 superseded"), states);
        Outcome shown = ok(here.run("policy", "show", "2"));
        assertEquals(dear, shown.out());
        assertTrue(shown.err().startsWith("version 2, superseded"), shown.err());
    }

    @Test
    void eachChangeIsARecordThatSaysWhoWhyAndWhat() throws Exception {
        ok(draft(SMART));
        ok(here.run("policy", "publish", "1", "--as", "bob"));
        ok(draft("policies: []"));
        ok(here.run("policy", "withdraw", "2", "--as", "cleo", "--reason", "not needed"));
        no(here.run("policy", "publish", "2"));
        ok(here.run("policy", "rollback", "0", "--as", "bob", "--reason", "an incident"));
        List<JsonNode> actions = actions();
        assertEquals(
                List.of("policy-draft", "policy-publish", "policy-draft", "policy-withdraw", "policy-rollback"),
                actions.stream().map(record -> record.path("action").asString()).toList());
        JsonNode publish = actions.get(1);
        assertEquals("bob", publish.path("actor").asString());
        assertEquals("ann", publish.path("author").asString());
        assertEquals("for tests", publish.path("reason").asString());
        assertEquals(0, publish.path("before").path("version").asLong(-1));
        assertEquals(1, publish.path("after").path("version").asLong());
        assertEquals("[\"smart\"]", publish.path("diff").path("added").toString());
        JsonNode rollback = actions.get(4);
        assertEquals("an incident", rollback.path("reason").asString());
        assertEquals("[\"smart\"]", rollback.path("diff").path("removed").toString());
        assertEquals(
                publish.path("after").path("digest").asString(),
                rollback.path("before").path("digest").asString());
    }

    @Test
    void ofDraftsFromTheSameVersionOneIsPublishedAndTheOtherIsToldWhatToDo() throws Exception {
        ok(draft(SMART));
        ok(draft("policies: [ { id: never, effect: deny, models: [\"*\"] } ]"));
        ok(here.run("policy", "publish", "1"));
        String refused = no(here.run("policy", "publish", "2")).err();
        assertTrue(refused.contains("made from version 0, and version 1 is in force by now"), refused);
        assertTrue(refused.contains("portreeve policy diff 0 1") && refused.contains("--from 1"), refused);
        assertEquals(200, call(here, "fast"));
        ok(draft("policies: [ { id: never, effect: deny, models: [\"*\"] } ]", "--from", "1"));
        ok(here.run("policy", "publish", "3"));
        assertEquals(403, call(here, "fast"));
    }

    @Test
    void whatIsWrongIsSaidAtTheDraftAndRefusedAtPublication() throws Exception {
        String wrong = """
                policies:
                  - { id: base, effect: allow, models: [smart] }
                  - { id: who, effect: allow, who: { agent: boot }, models: [smart] }
                  - { id: when, effect: allow, models: [smart], when: 'args.' }
                """;
        String drafted = ok(draft(wrong)).out();
        assertTrue(drafted.contains("it would not be published now:"), drafted);
        String refused = no(here.run("policy", "publish", "1")).err();
        for (String said : List.of(
                "rule \"base\" stands in this gateway's configuration file too: give one of them another id",
                "rule \"who\", who.agent: there is no agent \"boot\"",
                "rule \"when\", when")) {
            assertTrue(drafted.contains(said) && refused.contains(said), said + " is not in " + refused);
        }
        assertEquals(403, call(here, "smart"));
        String form = no(draft("policies: [ { id: x, efect: allow, models: [smart] } ]"))
                .err();
        assertTrue(form.contains("line 1: policies[0].efect"), form);
        String variable = no(draft("policies: [ { id: \"${HOME}\", effect: allow, models: [smart] } ]"))
                .err();
        assertTrue(variable.contains("${HOME} is not looked up here"), variable);
        String file = no(draft("policies: [ { id: \"${file:data/admin-token}\", effect: allow, models: [smart] } ]"))
                .err();
        assertTrue(file.contains("is not looked up here"), file);
        assertTrue(no(here.run("policy", "publish", "7")).err().contains("there is no version 7"));
        assertTrue(
                no(here.run("policy", "rollback", "1", "--reason", "x")).err().contains("stands in this gateway's"));
    }

    @Test
    void aDraftWhoseScenariosFailIsNotPublished() throws Exception {
        String scenarios = """
                cases:
                  - name: the bot has smart
                    when: { agent: bot, model: smart }
                    then: { outcome: allow, by: [smart] }
                  - name: the other has fast of the file
                    when: { agent: other, model: fast }
                    then: { outcome: allow, by: [base] }
                """;
        Path file = file("scenarios.yaml", scenarios);
        ok(draft(SMART, "--scenarios", file.toString()));
        ok(here.run("policy", "publish", "1"));
        String drafted = ok(draft(SMART.replace("bot", "other"))).out();
        assertTrue(drafted.contains("scenario \"the bot has smart\": outcome is deny, expected allow"), drafted);
        String refused = no(here.run("policy", "publish", "2")).err();
        assertTrue(refused.contains("scenario \"the bot has smart\""), "its parent's are kept: " + refused);
        assertEquals(200, call(here, "smart"));
        ok(draft(SMART.replace("bot", "other"), "--no-scenarios"));
        ok(here.run("policy", "publish", "3"));
        assertEquals(403, call(here, "smart"));
        String own = no(draft(
                        SMART,
                        "--scenarios",
                        file("own.yaml", "rules: []\n" + scenarios).toString()))
                .err();
        assertTrue(own.contains("they bring none of their own"), own);
    }

    @Test
    void whatOneGatewayPublishesHoldsAtTheOther(@TempDir Path other) throws Exception {
        String key = this.key;
        try (GatewayFixture there = here.beside(other, CONFIGURATION)) {
            assertEquals(403, call(there, "smart"), key);
            ok(draft(SMART));
            ok(here.run("policy", "publish", "1"));
            await().until(() -> call(there, "smart") == 200);
            ok(there.run("policy", "rollback", "0", "--reason", "back"));
            await().until(() -> call(here, "smart") == 403);
        }
    }

    @Test
    void aGatewayThatCannotUseWhatIsPublishedKeepsWhatItHasAndIsNotReady(@TempDir Path other) throws Exception {
        String clash = CONFIGURATION.replace("id: base", "id: smart");
        try (GatewayFixture there = here.beside(other, clash)) {
            assertEquals(200, ready(there));
            ok(draft(SMART));
            ok(here.run("policy", "publish", "1"));
            await().until(() -> ready(there) == 503);
            assertEquals(200, ready(here));
            assertEquals(200, call(there, "fast"));
            assertEquals(403, call(there, "smart"));
            String versions = ok(there.run("policy", "versions")).out();
            assertTrue(versions.contains("version 1 is published and cannot be in force at this gateway:"), versions);
            assertTrue(versions.contains("rule \"smart\" stands in this gateway's configuration file too"), versions);
            ok(here.run("policy", "rollback", "0", "--reason", "back"));
            await().until(() -> ready(there) == 200);
        }
    }

    @Test
    void aDraftIsTriedByScenariosAndByLastWeeksCallsBeforeItIsPublished() throws Exception {
        assertEquals(200, call(here, "fast"));
        assertEquals(403, call(here, "smart"));
        String scenarios = """
                cases:
                  - name: the bot has smart
                    when: { agent: bot, model: smart }
                    then: { outcome: allow, by: [smart] }
                """;
        Path file = file("scenarios.yaml", scenarios);
        ok(draft(SMART, "--scenarios", file.toString()));
        String own = ok(here.run("policy", "test", "--draft", "1")).out();
        assertTrue(own.contains("ok      the bot has smart") && own.contains("1 scenarios, 0 failed"), own);
        Path other = file("other.yaml", scenarios.replace("outcome: allow, by: [smart]", "outcome: deny"));
        String config = folder.resolve("portreeve.yaml").toString();
        String failed = no(here.run("policy", "test", "--draft", "1", other.toString(), "--config", config))
                .out();
        assertTrue(failed.contains("outcome is allow, expected deny"), failed);
        await().until(() -> here.run("policy", "replay", "1", "--config", config)
                .out()
                .startsWith("2 calls decided again, 1 fare as they did"));
        String replayed =
                ok(here.run("policy", "replay", "1", "--config", config)).out();
        assertTrue(replayed.contains("deny -> allow: 1 calls"), replayed);
        assertTrue(
                no(here.run("policy", "replay", "9", "--config", config)).err().contains("no version 9"));
        assertEquals(403, call(here, "smart"), "nothing of that changed anything");
    }

    private int ready(GatewayFixture gateway) throws IOException, InterruptedException {
        URI address = URI.create("http://127.0.0.1:" + gateway.data().getPort() + "/health/ready");
        return here.http
                .send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString())
                .statusCode();
    }

    @Test
    void aStartReadsWhatIsPublishedAndFailsIfItCannotBeInForce() throws Exception {
        ok(draft(SMART));
        ok(here.run("policy", "publish", "1"));
        here.gateway.close();
        Path config = folder.resolve("portreeve.yaml");
        try (Gateway again = Gateway.start(ConfigFile.read(config, name -> null), Clock.systemUTC())) {
            assertFalse(again.servers().iterator().hasNext());
            assertEquals(200, call(here, "smart"), "before its first call");
        }
        String text = Files.readString(config);
        Files.writeString(config, text.replace("id: base", "id: smart"));
        StartFailure clash = assertThrows(
                StartFailure.class,
                () -> Gateway.start(ConfigFile.read(config, name -> null), Clock.systemUTC())
                        .close());
        assertEquals(
                "version 1 of the rules, which is published in the database: rule \"smart\" stands in this gateway's"
                        + " configuration file too: give one of them another id",
                clash.getMessage());
        Files.writeString(config, text.replace("{ id: bot }, ", ""));
        StartFailure gone = assertThrows(
                StartFailure.class,
                () -> Gateway.start(ConfigFile.read(config, name -> null), Clock.systemUTC())
                        .close());
        assertTrue(String.valueOf(gone.getMessage()).contains("there is no agent \"bot\""), gone.getMessage());
    }

    @Test
    void whereTwoPeopleAreAskedForNobodyPublishesTheirOwn(@TempDir Path other) throws Exception {
        try (GatewayFixture strict = here.beside(other, CONFIGURATION + "publishing: { second-person: true }\n")) {
            Path file = file("draft.yaml", SMART);
            ok(strict.run("policy", "draft", file.toString(), "--as", "ann", "--reason", "more"));
            String refused =
                    no(strict.run("policy", "publish", "1", "--as", "ann")).err();
            assertTrue(refused.contains("version 1 was made by ann: somebody else has to publish it"), refused);
            assertEquals(403, call(strict, "smart"));
            ok(strict.run("policy", "publish", "1", "--as", "bob"));
            assertEquals(200, call(strict, "smart"));
        }
    }
}
