package dev.portreeve.audit.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.log.LogFixture;
import dev.portreeve.audit.log.LogSigner;
import dev.portreeve.audit.log.Progress;
import dev.portreeve.audit.verify.AuditVerifier;
import dev.portreeve.audit.verify.BundleNames;
import dev.portreeve.audit.verify.Checked;
import dev.portreeve.audit.verify.Finding;
import dev.portreeve.audit.verify.HeldHeads;
import dev.portreeve.audit.verify.Verification;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bundle of one tenant proves that the tenant's head is in the tree over all tenants' heads, and names none of the others. */
class HeadProofTest {
    private static final String IN_INSTANCE = "of all tenants under one signed head";

    @TempDir
    Path folder;

    private LogFixture log;

    @BeforeEach
    void open() throws Exception {
        log = new LogFixture(folder.resolve("log"));
        log.log("unrelated-customer", 3);
        log.log("acme", 10);
        log.log("unrelated-customer", 2);
        log.log("acme", 10);
    }

    @AfterEach
    void close() {
        log.close();
    }

    private Path bundle(LogFixture of, String name, String tenant) throws Exception {
        Path target = folder.resolve(name);
        new AuditExport(
                        of.database.app(),
                        log.signer,
                        of.log(),
                        Progress.none(),
                        InstantSource.system(),
                        new AuditExport.Asker("tests", "test"))
                .to(target, new Selection(tenant, 0, null, null));
        return target;
    }

    private Checked verify(Path bundle, HeldHeads held) {
        return AuditVerifier.bundle(bundle, log.signer.verifierKey(), held, Progress.none());
    }

    private static Path proof(Path bundle) {
        return bundle.resolve(BundleNames.of("acme", BundleNames.HEAD_PROOF));
    }

    private Finding first(Checked checked) {
        return assertInstanceOf(
                        Verification.Tampered.class,
                        checked.verification(),
                        checked.verification().findings().toString())
                .first();
    }

    @Test
    void oneTenantsHeadIsProvedWithoutNamingOthers() throws Exception {
        Path bundle = bundle(log, "evidence", "acme");
        Checked checked = verify(bundle, HeldHeads.none());
        assertEquals(0, checked.exitCode(), checked.verification().findings().toString());
        assertTrue(
                checked.assurance()
                        .proved()
                        .contains("tenant \"acme\": its newest head here is one of the 4 heads " + IN_INSTANCE),
                checked.assurance().toString());
        try (Stream<Path> files = Files.walk(bundle)) {
            for (Path each : files.filter(Files::isRegularFile).toList()) {
                assertFalse(Files.readString(each).contains("unrelated"), each.toString());
            }
        }
        String said = checked.assurance().toString();
        Checked again = verify(bundle, HeldHeads.read(bundle(log, "other", "unrelated-customer")));
        assertTrue(
                again.assurance().proved().stream().anyMatch(line -> line.endsWith(", the one you hold")),
                again.assurance() + said);
    }

    /** Somebody keeps the head over all tenants; the log in the database must go on from it. */
    @Test
    void aHeadOverAllTenantsIsEnoughToCompare() throws Exception {
        Path kept = Files.writeString(
                folder.resolve("kept"),
                log.database
                                .texts("SELECT note FROM audit.instance_checkpoint ORDER BY size DESC LIMIT 1")
                                .getFirst()
                        + "\n");
        AuditVerifier verifier = new AuditVerifier(log.signer.verifierKey(), Progress.none());
        assertInstanceOf(
                Verification.Intact.class,
                verifier.database(log.database.app(), null, List.of(), HeldHeads.read(kept)));
        Path own = Files.createDirectories(folder.resolve("fork"));
        Files.copy(folder.resolve("log/signing.pem"), own.resolve("signing.pem"));
        try (LogFixture fork = new LogFixture(own)) {
            for (int i = 0; i < 2; i++) {
                fork.log("other", 2);
                fork.log("acme", 10);
            }
            Verification found = verifier.database(fork.database.app(), null, List.of(), HeldHeads.read(kept));
            Finding first = assertInstanceOf(Verification.Tampered.class, found).first();
            assertEquals(Finding.Kind.FORKED, first.kind(), found.findings().toString());
            Checked offline = verify(bundle(fork, "forked", "acme"), HeldHeads.read(kept));
            assertEquals(
                    Finding.Kind.FORKED,
                    first(offline).kind(),
                    offline.verification().findings().toString());
        }
    }

    @Test
    void aProofThatLeadsElsewhereIsFound() throws Exception {
        Path bundle = bundle(log, "evidence", "acme");
        String proof = Files.readString(proof(bundle));
        Files.writeString(proof(bundle), proof.replace("index 3", "index 1"));
        assertEquals(
                Finding.Kind.BAD_BUNDLE, first(verify(bundle, HeldHeads.none())).kind());
        Files.writeString(proof(bundle), proof.replace("\ntest.example/audit\n4\n", "\ntest.example/audit\n5\n"));
        assertEquals(
                Finding.Kind.BAD_CHECKPOINT,
                first(verify(bundle, HeldHeads.none())).kind());
        LogSigner other = LogSigner.loadOrCreate(folder.resolve("other.pem"), "test.example/audit");
        int note = proof.indexOf("\n\n") + 2;
        String text = proof.substring(note, proof.lastIndexOf("\n\n") + 1);
        Files.writeString(proof(bundle), proof.substring(0, note) + other.sign(text));
        assertEquals(
                Finding.Kind.OTHER_KEY, first(verify(bundle, HeldHeads.none())).kind());
        Files.writeString(proof(bundle), "nothing");
        assertEquals(
                Finding.Kind.BAD_BUNDLE, first(verify(bundle, HeldHeads.none())).kind());
        Files.delete(proof(bundle));
        assertFalse(verify(bundle, HeldHeads.none()).exitCode() == 0, "the manifest names it");
    }

    /** A head that was signed before there was such a tree, or whose turn in it comes yet. */
    @Test
    void aBundleWithoutAProofSaysSo() throws Exception {
        log.database.tamper("DELETE FROM audit.instance_sequence", "DELETE FROM audit.instance_checkpoint");
        Path bundle = bundle(log, "evidence", "acme");
        assertFalse(Files.exists(proof(bundle)));
        Checked checked = verify(bundle, HeldHeads.none());
        assertEquals(0, checked.exitCode(), checked.verification().findings().toString());
        assertTrue(
                checked.assurance().unproved().stream()
                        .anyMatch(line -> line.contains("no proof of it is in this bundle")),
                checked.assurance().toString());
    }
}
