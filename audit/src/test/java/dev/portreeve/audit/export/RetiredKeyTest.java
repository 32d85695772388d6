package dev.portreeve.audit.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.log.KeptHeads;
import dev.portreeve.audit.log.LogFixture;
import dev.portreeve.audit.log.LogSigner;
import dev.portreeve.audit.log.Progress;
import dev.portreeve.audit.log.Sequencer;
import dev.portreeve.audit.log.VerifierKey;
import dev.portreeve.audit.verify.AuditVerifier;
import dev.portreeve.audit.verify.Checked;
import dev.portreeve.audit.verify.Finding;
import dev.portreeve.audit.verify.HeldHeads;
import dev.portreeve.audit.verify.Verification;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The attack table for a key that was taken out of use and then stolen: what it signs after its time is found, by order and by time. */
class RetiredKeyTest {
    private static final Instant NOW = Instant.now();

    @TempDir
    Path folder;

    private LogFixture log;
    private LogSigner old;
    private LogSigner fresh;

    @BeforeEach
    void open() throws Exception {
        log = new LogFixture(folder.resolve("log"));
        old = log.signer;
        fresh = LogSigner.loadOrCreate(folder.resolve("new.pem"), "test.example/audit");
        log.log("acme", 10);
    }

    @AfterEach
    void close() {
        log.close();
    }

    private void sign(LogSigner signer, KeptHeads heads) throws Exception {
        log.append("acme", 5);
        try (Sequencer sequencer = new Sequencer(log.database.app(), signer, heads, Duration.ofSeconds(1))) {
            assertEquals(5, sequencer.runOnce());
        }
    }

    /** The old key signs, then both, then the new one. */
    private void changeKey() throws Exception {
        sign(fresh.alsoSigning(old, NOW.plus(1, ChronoUnit.DAYS), InstantSource.system()), log.heads);
        sign(known(), log.heads);
    }

    private LogSigner known() {
        return fresh.alsoKnowing(old.verifierKey());
    }

    private VerifierKey oldUntil(Instant time) {
        return fresh.verifierKey().and(old.verifierKey().until(time));
    }

    private Path bundle(LogSigner signer, String name) throws Exception {
        Path target = folder.resolve(name);
        new AuditExport(
                        log.database.app(),
                        signer,
                        log.log(),
                        Progress.none(),
                        InstantSource.system(),
                        new AuditExport.Asker("tests", "test"))
                .to(target, Selection.everything());
        return target;
    }

    private Verification database(VerifierKey key) {
        return new AuditVerifier(key, Progress.none()).database(log.database.app(), null, List.of(), HeldHeads.none());
    }

    private static Checked offline(Path bundle, VerifierKey key) {
        return AuditVerifier.bundle(bundle, key, HeldHeads.none(), Progress.none());
    }

    private static Finding assertRetired(Verification found) {
        Finding first = assertInstanceOf(
                        Verification.Tampered.class, found, found.findings().toString())
                .first();
        assertEquals(Finding.Kind.RETIRED_KEY, first.kind(), found.findings().toString());
        return first;
    }

    @Test
    void aChangeOfKeysIsNoHarm() throws Exception {
        changeKey();
        for (VerifierKey key : List.of(
                known().verifierKey(),
                old.verifierKey().and(fresh.verifierKey()),
                oldUntil(NOW.plus(1, ChronoUnit.DAYS)),
                VerifierKey.parse(oldUntil(NOW.plusSeconds(60)).toString()))) {
            assertInstanceOf(Verification.Intact.class, database(key), key.toString());
        }
        assertInstanceOf(
                Verification.Intact.class,
                database(oldUntil(NOW.minus(3, ChronoUnit.MINUTES))),
                "clocks differ by minutes");
        Checked checked = offline(bundle(known(), "evidence.zip"), oldUntil(NOW.plusSeconds(60)));
        assertEquals(0, checked.exitCode(), checked.verification().findings().toString());
        assertTrue(
                checked.assurance().unproved().stream().noneMatch(line -> line.contains("stopped")),
                checked.assurance().toString());
    }

    /** No time needs to be known: the order of the heads says which key followed which. */
    @Test
    void aRetiredKeyThatSignsAgainIsFound() throws Exception {
        changeKey();
        sign(old.alsoKnowing(fresh.verifierKey()), new KeptHeads(folder.resolve("thief")));
        for (VerifierKey key : List.of(known().verifierKey(), old.verifierKey().and(fresh.verifierKey()))) {
            Finding found = assertRetired(database(key));
            assertEquals(25L, found.index());
            assertTrue(
                    found.detail().contains("the head of 20 records was signed with its successor only"),
                    found.detail());
        }
        Finding offline = assertRetired(
                offline(bundle(known(), "evidence.zip"), known().verifierKey()).verification());
        assertEquals(25L, offline.index());
    }

    /** The history since the change thrown away and another written with the old key: no head of the new key is left to compare. */
    @Test
    void aHistoryThatARetiredKeySignedAloneIsFoundByTime() throws Exception {
        VerifierKey ended = oldUntil(NOW.minus(1, ChronoUnit.DAYS).truncatedTo(ChronoUnit.DAYS));
        assertRetired(database(ended));
        Path bundle = bundle(old, "evidence.zip");
        Verification offline = offline(bundle, ended).verification();
        assertRetired(offline);
        assertTrue(
                offline.findings().stream().anyMatch(finding -> finding.detail().contains("its manifest was signed")),
                offline.findings().toString());
        assertTrue(
                offline.findings().stream()
                        .anyMatch(finding -> finding.detail().contains("10 records the newest is of")),
                offline.findings().toString());
    }

    /** A bundle from before the change stays good; that it is from before is its own word. */
    @Test
    void whatOnlyARetiredKeySignedSaysThatItsTimeIsItsOwnWord() throws Exception {
        Checked checked = offline(bundle(old, "evidence.zip"), oldUntil(NOW.plus(1, ChronoUnit.DAYS)));
        assertEquals(0, checked.exitCode(), checked.verification().findings().toString());
        assertEquals(
                2,
                checked.assurance().unproved().stream()
                        .filter(line -> line.contains("before its keys stopped"))
                        .count(),
                checked.assurance().toString());
    }

    @Test
    void theLastDayStandsBehindAKey() {
        String text = old.verifierKey() + "@2027-01-31";
        VerifierKey key = VerifierKey.parse(text);
        assertEquals(text, key.toString());
        assertTrue(key.sameKey(old.verifierKey()));
        assertEquals(
                old.verifierKey() + "@2027-01-31T12:00:00Z",
                VerifierKey.parse(old.verifierKey() + "@2027-01-31T12:00:00Z").toString());
        assertThrows(IllegalArgumentException.class, () -> VerifierKey.parse(old.verifierKey() + "@soon"));
    }
}
