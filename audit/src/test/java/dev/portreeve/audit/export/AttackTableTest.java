package dev.portreeve.audit.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.JournalSettings;
import dev.portreeve.audit.PostgresJournal;
import dev.portreeve.audit.log.KeptHeads;
import dev.portreeve.audit.log.LogFixture;
import dev.portreeve.audit.log.LogSigner;
import dev.portreeve.audit.log.Progress;
import dev.portreeve.audit.log.Sequencer;
import dev.portreeve.audit.log.TenantName;
import dev.portreeve.audit.log.VerifierKey;
import dev.portreeve.audit.verify.AuditVerifier;
import dev.portreeve.audit.verify.Checked;
import dev.portreeve.audit.verify.Finding;
import dev.portreeve.audit.verify.Gap;
import dev.portreeve.audit.verify.HeldHeads;
import dev.portreeve.audit.verify.Verification;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What somebody who has the database, or the signing key too, can do to a whole log, and how it is found in the database and
 * offline. Single records changed, removed, moved and put in: DatabaseVerificationTest and BundleTest.
 */
class AttackTableTest {
    @TempDir
    Path folder;

    private LogFixture log;

    @BeforeEach
    void open() throws Exception {
        log = new LogFixture(folder.resolve("log"));
        log.log("acme", 10);
        log.log("acme", 10);
    }

    @AfterEach
    void close() {
        log.close();
    }

    private static Path bundle(LogFixture of, LogSigner signer, Path target) throws Exception {
        new AuditExport(
                        of.database.app(),
                        signer,
                        of.log(),
                        Progress.none(),
                        InstantSource.system(),
                        new AuditExport.Asker("tests", "test"))
                .to(target, Selection.everything());
        return target;
    }

    private Path bundle(String name) throws Exception {
        return bundle(log, log.signer, folder.resolve(name));
    }

    private Checked offline(Path bundle, HeldHeads held) {
        return AuditVerifier.bundle(bundle, log.signer.verifierKey(), held, Progress.none());
    }

    private Verification database(LogFixture of, HeldHeads held) {
        return new AuditVerifier(log.signer.verifierKey(), Progress.none())
                .database(of.database.app(), null, List.of(), held);
    }

    private static void assertFirst(Verification found, Finding.Kind kind, Long index) {
        Finding first = assertInstanceOf(
                        Verification.Tampered.class, found, found.findings().toString())
                .first();
        assertEquals(kind, first.kind(), found.findings().toString());
        assertEquals(index, first.index(), first.toString());
    }

    private void append(InstantSource clock, EventKind kind, UUID call, Facts facts) {
        try (PostgresJournal journal =
                PostgresJournal.start(log.database.app(), JournalSettings.defaults(), clock, new Random(3))) {
            new AuditLog(journal)
                    .append(new AuditEvent("acme", kind, call, facts))
                    .await();
        }
    }

    /** Whoever may write and sets the clock back writes into the past: signed as it stands, and named by its time. */
    @Test
    void aBackDatedRecordIsNamed() throws Exception {
        Instant yesterday = Instant.now().minus(Duration.ofDays(1));
        try (Sequencer running = new Sequencer(log.database.app(), log.signer, log.heads, Duration.ofSeconds(1))) {
            running.runOnce();
            append(InstantSource.fixed(yesterday), EventKind.CALL_REFUSED, UUID.randomUUID(), new Facts());
            log.append("acme", 3);
            running.runOnce();
        }
        assertFirst(database(log, HeldHeads.none()), Finding.Kind.BACKDATED, 20L);
        Verification offline = offline(bundle("evidence.zip"), HeldHeads.none()).verification();
        assertFirst(offline, Finding.Kind.BACKDATED, 20L);
        assertEquals(1, offline.findings().size(), "those after it are not accused: " + offline.findings());
    }

    @Test
    void clocksThatDifferALittleAreNoHarm() throws Exception {
        Instant before = Instant.now().minus(Duration.ofMinutes(2));
        append(InstantSource.fixed(before), EventKind.CALL_REFUSED, UUID.randomUUID(), new Facts());
        log.turn();
        assertEquals(0, offline(bundle("evidence.zip"), HeldHeads.none()).exitCode());
    }

    @Test
    void aTruncatedPartitionIsNamed() throws Exception {
        String partition = log.database
                .texts("SELECT tableoid::regclass::text FROM audit.record LIMIT 1")
                .getFirst();
        log.database.tamper(
                "ALTER TABLE " + partition + " DISABLE TRIGGER record_no_truncate", "TRUNCATE " + partition);
        assertFirst(database(log, HeldHeads.none()), Finding.Kind.MISSING, 0L);
        ExportRefused refused = assertThrows(ExportRefused.class, () -> bundle("evidence.zip"));
        assertTrue(String.valueOf(refused.getMessage()).contains("at index 0 is missing"), refused.getMessage());
    }

    /** A backup that is put back, with the kept head too: only who holds a later head can tell, and then it is told. */
    @Test
    void aRestoredBackupIsFoundByAHeadThatSomebodyHolds() throws Exception {
        Path old = bundle("old.zip");
        log.log("acme", 5);
        Path newer = bundle("newer.zip");
        log.database.tamper(
                "DELETE FROM audit.record WHERE id IN (SELECT record_id FROM audit.sequence WHERE tenant = 'acme' AND"
                        + " index >= 20)",
                "DELETE FROM audit.record r WHERE NOT EXISTS (SELECT FROM audit.sequence s WHERE s.record_id = r.id)",
                "DELETE FROM audit.sequence WHERE tenant = 'acme' AND index >= 20",
                "DELETE FROM audit.checkpoint WHERE tenant = 'acme' AND size > 20",
                "DELETE FROM audit.instance_sequence WHERE index >= (SELECT min(index) FROM audit.instance_sequence"
                        + " WHERE head_tenant = 'acme' AND head_size > 20)",
                "DELETE FROM audit.instance_checkpoint WHERE size > (SELECT count(*) FROM audit.instance_sequence)");
        Files.delete(log.head(TenantName.NONE));
        assertInstanceOf(Verification.Intact.class, database(log, HeldHeads.none()), "nothing else knows better");
        assertFirst(database(log, HeldHeads.read(newer)), Finding.Kind.TRUNCATED, 20L);
        assertFirst(offline(old, HeldHeads.read(newer)).verification(), Finding.Kind.TRUNCATED, 20L);
        assertEquals(0, offline(newer, HeldHeads.read(old)).exitCode());
    }

    /** Two histories under one key, each whole by itself. */
    @Test
    void twoHistoriesForTwoAuditorsAreFoundWhenTheyCompare() throws Exception {
        Path mine = bundle("mine.zip");
        Path own = Files.createDirectories(folder.resolve("fork"));
        Files.copy(folder.resolve("log/signing.pem"), own.resolve("signing.pem"));
        try (LogFixture fork = new LogFixture(own)) {
            fork.log("acme", 10);
            fork.log("acme", 10);
            fork.log("acme", 10);
            Path theirs = bundle(fork, fork.signer, folder.resolve("theirs.zip"));
            assertEquals(0, offline(theirs, HeldHeads.none()).exitCode(), "each is whole by itself");
            Checked compared = offline(theirs, HeldHeads.read(mine));
            assertFirst(compared.verification(), Finding.Kind.FORKED, 0L);
            assertFirst(database(fork, HeldHeads.read(mine)), Finding.Kind.FORKED, 0L);
        }
    }

    /** The histories part later: the range in which they do is named. */
    @Test
    void whereHistoriesPartIsNamed() throws Exception {
        Path mine = bundle("mine.zip");
        log.database.tamper(
                "DELETE FROM audit.record WHERE id IN (SELECT record_id FROM audit.sequence WHERE tenant = 'acme' AND"
                        + " index >= 15)",
                "DELETE FROM audit.record r WHERE NOT EXISTS (SELECT FROM audit.sequence s WHERE s.record_id = r.id)",
                "DELETE FROM audit.sequence WHERE tenant = 'acme' AND index >= 15",
                "DELETE FROM audit.checkpoint WHERE tenant = 'acme' AND size > 10");
        Files.delete(log.head("acme"));
        log.log("acme", 30);
        assertEquals(0, offline(bundle("rewritten.zip"), HeldHeads.none()).exitCode());
        Verification found =
                offline(folder.resolve("rewritten.zip"), HeldHeads.read(mine)).verification();
        assertFirst(found, Finding.Kind.FORKED, 10L);
        assertTrue(
                found.findings().getFirst().detail().contains("indexes 10 to 19"),
                found.findings().toString());
    }

    @Test
    void aReplacedSigningKeyIsFound() throws Exception {
        Path before = bundle("before.zip");
        LogSigner other = LogSigner.loadOrCreate(folder.resolve("other.pem"), "test.example/audit");
        log.database.tamper("DELETE FROM audit.checkpoint");
        try (Sequencer sequencer = new Sequencer(
                log.database.app(), other, new KeptHeads(folder.resolve("none")), Duration.ofSeconds(1))) {
            sequencer.runOnce();
        }
        Path signedAnew = bundle(log, other, folder.resolve("anew.zip"));
        assertFirst(offline(signedAnew, HeldHeads.none()).verification(), Finding.Kind.OTHER_KEY, null);
        Checked byItself = AuditVerifier.bundle(signedAnew, null, HeldHeads.none(), Progress.none());
        assertEquals(0, byItself.exitCode(), "who trusts the key that came with it is deceived, and told so");
        assertTrue(byItself.assurance().unproved().getFirst().contains("that the key is the log's"));
        Checked compared = AuditVerifier.bundle(signedAnew, null, HeldHeads.read(before), Progress.none());
        assertFirst(compared.verification(), Finding.Kind.OTHER_KEY, null);
        assertFirst(database(log, HeldHeads.none()), Finding.Kind.OTHER_KEY, null);
    }

    @Test
    void whatTheRecordsThemselvesMissIsSaid() throws Exception {
        UUID open = UUID.randomUUID();
        UUID died = UUID.randomUUID();
        InstantSource clock = InstantSource.system();
        append(clock, EventKind.CALL_OPENED, open, new Facts());
        append(clock, EventKind.CALL_OPENED, died, new Facts());
        append(clock, EventKind.CALL_CLOSED, died, new Facts().put("outcome", "unknown"));
        append(clock, EventKind.SERVER_STARTED, null, new Facts().put("process", "one"));
        append(clock, EventKind.SERVER_STOPPED, null, new Facts().put("process", "one"));
        append(clock, EventKind.SERVER_STARTED, null, new Facts().put("process", "two"));
        append(clock, EventKind.LEASE_FORFEITED, null, new Facts());
        append(clock, EventKind.SERVER_STARTED, null, new Facts().put("process", "three"));
        append(clock, EventKind.SERVER_LOST, null, new Facts().put("process", "three"));
        log.turn();
        Checked checked = offline(bundle("evidence.zip"), HeldHeads.none());
        assertEquals(0, checked.exitCode());
        List<Gap> gaps = checked.verification().gaps();
        assertEquals(
                List.of(
                        Gap.Kind.UNFINISHED,
                        Gap.Kind.OUTCOME_UNKNOWN,
                        Gap.Kind.LEASE_FORFEITED,
                        Gap.Kind.PROCESS_LOST,
                        Gap.Kind.NOT_STOPPED),
                gaps.stream().map(Gap::kind).toList());
        assertEquals(
                List.of(20L, 22L, 26L, 28L, 25L), gaps.stream().map(Gap::index).toList());
        assertTrue(gaps.getFirst().detail().contains(open.toString()), gaps.toString());
        assertEquals(gaps, database(log, HeldHeads.none()).gaps());
    }

    /** A head in a file of its own, as a person keeps it, or a kept head as the gateway does. */
    @Test
    void aSingleHeadIsEnoughToCompare() throws Exception {
        VerifierKey key = log.signer.verifierKey();
        Path kept = Files.writeString(
                folder.resolve("kept"),
                log.database
                                .texts("SELECT note FROM audit.checkpoint WHERE tenant = 'acme' AND size = 10")
                                .getFirst()
                        + "\n");
        Checked checked = AuditVerifier.bundle(bundle("evidence.zip"), key, HeldHeads.read(kept), Progress.none());
        assertEquals("CONTINUED", checked.assurance().level().name(), checked.toString());
        assertTrue(checked.assurance().unproved().stream().anyMatch(line -> line.contains("after index 9")));
        Path nothing = Files.writeString(folder.resolve("nothing"), "hello\n");
        assertThrows(IOException.class, () -> HeldHeads.read(nothing));
    }

    /** Retention dropped a month: hashes prove the rest, and a record of the log itself says which are gone. */
    @Test
    void recordsThatTheLogSaysWereDroppedLeaveHashes() throws Exception {
        // A row with the kind of a tombstone, as retention writes it.
        String tombstone =
                "INSERT INTO audit.record (tenant, id, at, kind, leaf) SELECT 'acme', id, now(), 'records.dropped',"
                        + " convert_to('{\"at\":\"' || to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') ||"
                        + " '\",\"dropped\":[\"0-4\",\"7\"],\"id\":\"' || id || '\",\"kind\":\"records.dropped\",\"tenant\":\"acme\",\"v\":1}',"
                        + " 'UTF8') FROM (SELECT uuidv7() AS id) made";
        String gone =
                "DELETE FROM audit.record WHERE id IN (SELECT record_id FROM audit.sequence WHERE tenant = 'acme' AND"
                        + " (index < 5 OR index = 7))";
        log.database.tamper(tombstone);
        log.turn();
        log.database.tamper(gone);
        Checked checked = offline(bundle("evidence.zip"), HeldHeads.none());
        assertEquals(0, checked.exitCode(), checked.verification().findings().toString());
        Finding said = checked.verification().findings().getFirst();
        assertEquals(Finding.Kind.DROPPED, said.kind());
        assertEquals(20L, said.index());
        assertTrue(said.detail().contains("6 records (index 0-4, 7)"), said.detail());
        assertEquals(21, checked.verification().trees().getFirst().signed());

        log.database.tamper(
                "DELETE FROM audit.record WHERE id IN (SELECT record_id FROM audit.sequence WHERE tenant = 'acme'"
                        + " AND index = 12)");
        ExportRefused refused = assertThrows(ExportRefused.class, () -> bundle("more.zip"));
        assertTrue(String.valueOf(refused.getMessage()).contains("index 12"), refused.getMessage());
    }
}
