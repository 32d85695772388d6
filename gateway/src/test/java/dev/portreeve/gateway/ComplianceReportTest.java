package dev.portreeve.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.GatewayFixture.Outcome;
import dev.portreeve.gateway.report.ControlMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reports of a whole gateway's records, from its real database: every row of the map returns records, so that none of them is a promise that
 * nothing keeps.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ComplianceReportTest {
    private static final String YEAR =
            String.valueOf(LocalDate.now(ZoneOffset.UTC).getYear());
    private GovernedMonth month;
    private GatewayFixture gateway;
    private Path folder;

    @BeforeAll
    void live(@TempDir Path temporary) throws Exception {
        folder = temporary;
        month = new GovernedMonth(temporary);
        gateway = month.gateway;
        month.pass();
        await().atMost(Duration.ofSeconds(60))
                .until(
                        () -> gateway.isTrue(
                                "SELECT EXISTS (SELECT 1 FROM audit.record WHERE kind = 'approval.expired')"
                                        + " AND (SELECT count(*) FROM audit.record) ="
                                        + " (SELECT sum(size) FROM (SELECT max(size) AS size FROM audit.checkpoint GROUP BY tenant) AS heads)"));
    }

    @AfterAll
    void stop() {
        month.close();
    }

    private Outcome report(String framework, String... more) {
        String[] arguments = new String[6 + more.length];
        System.arraycopy(
                new String[] {"audit", "report", "--framework", framework, "--period", YEAR}, 0, arguments, 0, 6);
        System.arraycopy(more, 0, arguments, 6, more.length);
        return gateway.run(arguments);
    }

    private JsonNode json(String framework, String... more) {
        String[] arguments = new String[2 + more.length];
        arguments[0] = "--format";
        arguments[1] = "json";
        System.arraycopy(more, 0, arguments, 2, more.length);
        Outcome made = report(framework, arguments);
        assertEquals(0, made.exitCode(), made.err());
        return JsonMapper.shared().readTree(made.out());
    }

    @Test
    @Order(1)
    void everyRowOfTheMapReturnsRecordsAndFigures() {
        for (ControlMap.Framework framework : ControlMap.builtIn().frameworks()) {
            JsonNode report = json(framework.id());
            assertEquals("intact", report.at("/verification/verdict").asString(""), report.toString());
            for (int i = 0; i < framework.rows().size(); i++) {
                ControlMap.Row row = framework.rows().get(i);
                JsonNode found = report.at("/figures/rows/" + i);
                String where = framework.id() + " " + row.id() + ": " + found;
                assertEquals(row.id(), found.path("id").asString(""), where);
                assertTrue(found.path("records").asLong() > 0, where);
                assertFalse(found.path("first").asString("").isEmpty(), where);
                row.figures()
                        .forEach(pointer ->
                                assertFalse(report.at("/figures" + pointer).isMissingNode(), where + " " + pointer));
            }
        }
    }

    @Test
    @Order(2)
    void theFiguresAreWhatHappened() {
        JsonNode figures = json("eu-ai-act").path("figures");
        assertEquals(5, figures.at("/oversight/requested").asLong());
        assertEquals(3, figures.at("/oversight/approved").asLong());
        assertEquals(1, figures.at("/oversight/denied").asLong());
        assertEquals(1, figures.at("/oversight/expired").asLong());
        assertEquals(1, figures.at("/oversight/edited").asLong());
        assertEquals(1, figures.at("/oversight/remembered").asLong());
        assertEquals(1, figures.at("/oversight/calls_under_remembered").asLong());
        assertEquals(1, figures.at("/oversight/approved_by_rule").asLong());
        assertEquals("ann", figures.at("/oversight/by_approver/0/approver").asString(""));
        assertEquals(3, figures.at("/oversight/by_approver/0/approved").asLong());
        assertEquals(1, figures.at("/stops/by_person").asLong());
        assertEquals(1, figures.at("/stops/resumed").asLong());
        assertEquals("member:bot", figures.at("/stops/list/0/owner").asString(""));
        assertEquals(3, figures.at("/changes/policy_changes").asLong());
        assertEquals("+never-change", figures.at("/changes/policy/0/diff").asString(""));
        assertEquals("bob", figures.at("/changes/policy/1/actor").asString(""));
        assertEquals("-never-change", figures.at("/changes/policy/2/diff").asString(""));
        assertEquals(3, figures.at("/incidents/quarantined_definitions").asLong());
        assertEquals(1, figures.at("/data/findings").asLong());
        assertEquals("email", figures.at("/data/guardrails/0/kind").asString(""));
        assertEquals("money", figures.at("/data/labels_set/0/label").asString(""));
        assertEquals("bank__echo", figures.at("/inventory/tools/0/name").asString(""));
        assertEquals(1, figures.at("/inventory/models").size(), "what could not be read is no model");
        assertEquals(1, figures.at("/inventory/subjects").size());
        assertEquals(0, figures.at("/gaps/opened_without_close").asLong());
        assertTrue(figures.at("/retention/complete_from_first_record").asBoolean());
        JsonNode log = figures.at("/logs/1");
        assertEquals("acme", log.path("log").asString(""));
        assertEquals(
                log.path("last_index").asLong() + 1, log.at("/head_after/size").asLong());
        assertTrue(log.at("/head_after/note").asString("").contains("\n\u2014 "), "a signed note");
    }

    @Test
    @Order(3)
    void whoWasRefusedOrLetInByOperatorsIsRecorded() {
        JsonNode figures = json("soc-2").path("figures");
        List<String> reasons = figures.at("/incidents/authentication")
                .valueStream()
                .map(row -> row.path("reason").asString(""))
                .toList();
        assertTrue(
                reasons.containsAll(
                        List.of("key_revoked", "admin_token_refused", "admin_link_refused", "signature_refused")),
                reasons.toString());
        String actions = figures.at("/changes/admin_actions").toString();
        assertTrue(actions.contains("\"sign-in-link\"") && actions.contains("\"sign-in\""), actions);
        assertEquals(1, figures.at("/changes/configuration").size());
    }

    @Test
    @Order(4)
    void documentsStandAloneAndClaimNothing() {
        for (ControlMap.Framework framework : ControlMap.builtIn().frameworks()) {
            String html = report(framework.id()).out();
            String markdown = report(framework.id(), "--format", "md").out();
            for (String document : List.of(html, markdown)) {
                assertTrue(document.contains("Verified. "), document);
                assertTrue(document.contains("What a gateway cannot attest"), document);
                assertTrue(document.contains("portreeve.local/audit"), "the verifier key");
                assertFalse(document.toLowerCase(Locale.ROOT).contains("complian"), "a claim");
            }
            assertFalse(html.contains("<script") || html.contains("src=") || html.contains("@import"), html);
            assertFalse(html.replace("href=\"#", "").contains("href="), "leads elsewhere");
        }
    }

    @Test
    @Order(5)
    void aTenantsReportHasNothingOfOthers() {
        JsonNode report = json("eu-ai-act", "--tenant", "acme");
        assertEquals("acme", report.path("tenant").asString(""));
        assertEquals(2, report.at("/figures/logs").size(), "its own log, and the instance's");
        Outcome nobody = report("eu-ai-act", "--tenant", "nobody");
        assertEquals(1, nobody.exitCode());
        assertTrue(nobody.err().contains("\"nobody\" has no records"), nobody.err());
    }

    /** An auditor has the bundle, the key and this program. */
    @Test
    @Order(6)
    void aBundleGivesTheSameFigures() throws IOException {
        Path bundle = folder.resolve("evidence.zip");
        assertEquals(0, gateway.run("audit", "export", bundle.toString()).exitCode());
        String key = Files.readString(gateway.folder.resolve("data/audit-verifier-key"))
                .strip();
        JsonNode live = json("eu-ai-act");
        JsonNode offline = json("eu-ai-act", "--bundle", bundle.toString(), "--key", key);
        assertEquals("evidence.zip", offline.at("/bundle/name").asString(""));
        assertEquals("intact", offline.at("/verification/verdict").asString(""));
        for (String same : List.of("calls", "oversight", "stops", "incidents", "changes", "money", "inventory")) {
            assertEquals(live.at("/figures/" + same), offline.at("/figures/" + same), same);
        }
        JsonNode acme = json("eu-ai-act", "--bundle", bundle.toString(), "--tenant", "acme");
        assertEquals(2, acme.at("/figures/logs").size(), "its own log, and the instance's");
        String html = report("soc-2", "--bundle", bundle.toString()).out();
        assertTrue(html.contains("Verified. ") && html.contains("from the evidence bundle evidence.zip"), html);
        assertTrue(html.contains("before the period was over"), html);
        Outcome nobody = report("soc-2", "--bundle", bundle.toString(), "--tenant", "nobody");
        assertEquals(1, nobody.exitCode());
        Outcome none = report("soc-2", "--bundle", folder.resolve("none.zip").toString());
        assertTrue(none.err().contains("there is no file or folder"), none.err());
        Outcome noBundle = report(
                "soc-2",
                "--bundle",
                Files.writeString(folder.resolve("x.zip"), "x").toString());
        assertEquals(1, noBundle.exitCode());
        assertTrue(noBundle.err().contains("no report can be made from"), noBundle.err());
        byte[] bytes = Files.readAllBytes(bundle);
        bytes[bytes.length / 2] ^= 1;
        Outcome changed = report(
                "soc-2",
                "--bundle",
                Files.write(folder.resolve("changed.zip"), bytes).toString());
        assertEquals(1, changed.exitCode(), changed.err());
        assertFalse(changed.out().contains("Verified. "), changed.out());
    }

    @Test
    @Order(7)
    void wrongWishesSayWhatIsRight() throws IOException {
        Outcome framework = report("iso-9001");
        assertEquals(2, framework.exitCode());
        assertTrue(framework.err().contains("eu-ai-act, iso-42001, soc-2, nist-ai-rmf"), framework.err());
        Outcome future = gateway.run("audit", "report", "--framework", "soc-2", "--period", "2999-Q1");
        assertEquals(2, future.exitCode());
        assertTrue(future.err().contains("has not begun"), future.err());
        Outcome both = report("soc-2", "--from", "2026-01-01");
        assertTrue(both.err().contains("--period 2026-Q4, or --from and --to"), both.err());
        Outcome half = gateway.run("audit", "report", "--framework", "soc-2", "--from", "2026-01-01");
        assertTrue(half.err().contains("--to is missing"), half.err());
        Path there = Files.writeString(folder.resolve("there.html"), "mine");
        Outcome taken = report("soc-2", "--out", there.toString());
        assertEquals(2, taken.exitCode());
        assertEquals("mine", Files.readString(there));
        Outcome empty = gateway.run(
                "audit",
                "report",
                "--framework",
                "soc-2",
                "--from",
                "2020-01-01",
                "--to",
                "2020-02-01",
                "--format",
                "md");
        assertEquals(0, empty.exitCode(), empty.err());
        assertTrue(empty.out().contains("No record of this period."), empty.out());
    }

    @Test
    @Order(8)
    void whatSomebodyChangedIsSaidFirst() throws IOException {
        month.run(
                "sql",
                "ALTER TABLE audit.record DISABLE TRIGGER record_append_only; UPDATE audit.record SET leaf ="
                        + " convert_to(replace(convert_from(leaf, 'UTF8'), '\"deny\"', '\"approve\"'), 'UTF8')"
                        + " WHERE kind = 'approval.decided'");
        Path file = folder.resolve("changed.html");
        Outcome made = report("eu-ai-act", "--out", file.toString());
        assertEquals(1, made.exitCode());
        assertTrue(made.err().contains("THEY COULD NOT BE VERIFIED"), made.err());
        String html = Files.readString(file);
        assertTrue(html.contains("class=\"notice bad\"") && html.contains("its bytes were changed"), html);
        assertFalse(html.contains("Verified. "), html);
    }
}
