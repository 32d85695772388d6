package dev.portreeve.audit.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.log.Checkpoint;
import dev.portreeve.audit.log.LogFixture;
import dev.portreeve.audit.log.Progress;
import dev.portreeve.audit.log.SignedNote;
import dev.portreeve.audit.log.TenantName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing is called proved, whole or harmless that was not looked at. */
class OverclaimTest {
    @TempDir
    Path folder;

    private LogFixture log;

    @BeforeEach
    void open() throws IOException, SQLException {
        log = new LogFixture(folder);
        log.log("acme", 4);
        log.log("other", 3);
    }

    @AfterEach
    void close() {
        log.close();
    }

    /** A head of the tree over all tenants, signed with the log's key, of another history than the database's. */
    private String foreign(int seed) {
        byte[] root = new byte[32];
        root[0] = (byte) seed;
        return log.signer.cosign(new Checkpoint("test.example/audit", 1, root)).toString();
    }

    private HeldHeads held(String... notes) throws IOException {
        return HeldHeads.read(
                Files.writeString(folder.resolve("held"), String.join("\n", notes) + "\n", StandardCharsets.UTF_8));
    }

    private Checked check(HeldHeads held, List<String> only) {
        Verification found = new AuditVerifier(log.signer.verifierKey(), Progress.none())
                .database(log.database().app(), log.heads, only, held);
        return Assurance.ofDatabase(found, log.signer.verifierKey(), held, only.isEmpty());
    }

    @Test
    void aHeadOfAllTenantsSaysNothingWhereOnlyOneTenantWasChecked() throws IOException {
        HeldHeads held = held(foreign(1));
        assertEquals(Checked.TAMPERED, check(held, List.of()).exitCode());
        Checked one = check(held, List.of("acme"));
        assertEquals(
                Assurance.Level.SIGNED, one.assurance().level(), one.assurance().toString());
        Checked own = check(held(String.valueOf(log.heads.read(TenantName.NONE).note())), List.of());
        assertEquals(
                Assurance.Level.CONTINUED,
                own.assurance().level(),
                own.assurance().toString());
    }

    @Test
    void twoHeldHeadsOfOneSizeThatDifferAreAForkWhateverTheyAreComparedWith() throws IOException {
        Finding fork = assertInstanceOf(
                        Verification.Tampered.class,
                        check(held(foreign(1), foreign(2)), List.of("acme")).verification())
                .first();
        assertEquals(Finding.Kind.FORKED, fork.kind());
        assertTrue(fork.detail().contains("two heads you hold, of 1 tenants' heads each"), fork.detail());
        assertInstanceOf(
                Verification.Intact.class,
                check(held(foreign(1), foreign(1)), List.of("acme")).verification());
    }

    @Test
    void remarksOnManyTenantsDoNotHideHarmToTheNext() {
        Findings findings = new Findings();
        for (int i = 0; i < 300; i++) {
            findings.add(Finding.Kind.WAITING, "tenant" + i, null, null, "1 new record waits for its index");
        }
        findings.add(Finding.Kind.ALTERED, "victim", 7L, null, "altered");
        Verification.Tampered found = assertInstanceOf(Verification.Tampered.class, findings.verification());
        assertEquals("victim", found.first().tenant());
        assertEquals(101, found.findings().size());
    }

    @Test
    void whatStandsBesideTheSignedBytesSaysTheSame() throws SQLException {
        String one = " WHERE tenant = 'acme' AND id = (SELECT record_id FROM audit.sequence WHERE tenant = 'acme'"
                + " AND index = 2)";
        for (String change : List.of(
                "kind = 'call.closed'", "call_id = gen_random_uuid()", "call_id = NULL", "at = at - interval '1 s'")) {
            List<String> before = log.database()
                    .texts("SELECT concat_ws('|', kind, call_id::text, at::text) FROM audit.record" + one);
            log.database().tamper("UPDATE audit.record SET " + change + one);
            Finding found = assertInstanceOf(
                            Verification.Tampered.class,
                            check(HeldHeads.none(), List.of()).verification(),
                            change)
                    .first();
            assertEquals(Finding.Kind.ALTERED, found.kind());
            assertEquals(2L, found.index());
            String[] was = before.getFirst().split("\\|");
            log.database()
                    .tamper("UPDATE audit.record SET kind = '" + was[0] + "', call_id = '" + was[1] + "', at = '"
                            + was[2] + "'" + one);
            assertInstanceOf(
                    Verification.Intact.class,
                    check(HeldHeads.none(), List.of()).verification());
        }
    }

    @Test
    void deletedRecordsAreNotDroppedBecauseAColumnSaysSo() throws SQLException, IOException {
        log.database()
                .tamper(
                        "DELETE FROM audit.record WHERE tenant = 'acme' AND id = (SELECT record_id FROM audit.sequence"
                                + " WHERE tenant = 'acme' AND index = 1)",
                        "INSERT INTO audit.record (tenant, id, at, kind, leaf) VALUES ('acme', gen_random_uuid(), now(),"
                                + " 'records.dropped', convert_to('{\"dropped\":[\"1\"],\"kind\":\"admin.action\"}', 'UTF8'))");
        assertInstanceOf(
                Verification.Tampered.class, check(HeldHeads.none(), List.of()).verification());
    }

    @Test
    void aKeyIsErasedOnlyWhereASignedRecordSaysOfWhom() throws SQLException {
        log.database()
                .tamper(
                        "INSERT INTO audit.payload_key (tenant, id, subject, wrapped, erased_by)"
                                + " SELECT 'acme', gen_random_uuid(), 'user:anna', NULL, record_id FROM audit.sequence WHERE tenant = 'acme' AND index = 1",
                        "UPDATE audit.record SET kind = 'subject.erased' WHERE id = (SELECT record_id FROM audit.sequence"
                                + " WHERE tenant = 'acme' AND index = 1)");
        Verification found = check(HeldHeads.none(), List.of()).verification();
        assertTrue(
                found.findings().stream().anyMatch(each -> each.kind() == Finding.Kind.MISSING),
                found.findings().toString());
    }

    @Test
    void timesNobodyCanReckonWithEndNothing() {
        Findings findings = new Findings();
        Chronicle chronicle = new Chronicle("acme", findings);
        for (String at : List.of(
                "-1000000000-01-01T00:00:01Z", "-999999999-01-01T00:00:01Z", "+1000000000-12-31T23:59:59Z", "", "x")) {
            for (String kind : List.of("call.opened", "clock.set_back")) {
                String leaf = "{\"at\":\"" + at + "\",\"clock_before\":\"" + at + "\",\"kind\":\"" + kind + "\"}";
                for (int i = 0; i < 3; i++) {
                    chronicle.see(i, LeafMembers.read(leaf.getBytes(StandardCharsets.UTF_8)));
                }
            }
        }
        chronicle.end();
        assertInstanceOf(Verification.Intact.class, findings.verification());
    }

    /** A log that signs every second has a million heads after twelve days. */
    @Test
    void ofTheHeadsInABundleTheNewestIsKeptAndNoMoreThanMemoryHolds() throws IOException {
        Path bundle = Files.createDirectories(folder.resolve("earlier"));
        Files.createFile(bundle.resolve("manifest.note"));
        Path heads = Files.createDirectories(bundle.resolve("tenants/acme")).resolve("checkpoints");
        String note = log.signer.cosign(new Checkpoint("test.example/audit", 1, new byte[32])) + "\n";
        String newest = foreign(7);
        Files.writeString(heads, note.repeat(20_000) + newest + "\n");
        HeldHeads held = HeldHeads.read(bundle);
        assertTrue(held.holds(SignedNote.parse(newest)));
        assertTrue(held.holds(SignedNote.parse(note.stripTrailing() + "\n")));
        int kept = held.ofInstance(log.signer.verifierKey()).size();
        assertTrue(kept > 2000 && kept < 4100, kept + " heads");
    }
}
