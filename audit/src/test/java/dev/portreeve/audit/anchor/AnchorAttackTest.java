package dev.portreeve.audit.anchor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.export.AuditExport;
import dev.portreeve.audit.export.Selection;
import dev.portreeve.audit.log.Progress;
import dev.portreeve.audit.log.SignedNote;
import dev.portreeve.audit.log.TenantName;
import dev.portreeve.audit.stamp.OpensslAuthority;
import dev.portreeve.audit.verify.Assurance;
import dev.portreeve.audit.verify.AuditVerifier;
import dev.portreeve.audit.verify.Checked;
import dev.portreeve.audit.verify.Finding;
import dev.portreeve.audit.verify.HeldHeads;
import dev.portreeve.audit.verify.Outside;
import dev.portreeve.audit.verify.Verification;
import dev.portreeve.audit.witness.Witness;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What somebody with the database and the signing key can do, the heads kept beside the log included, and how anchors show it. */
class AnchorAttackTest {
    @TempDir
    Path folder;

    private AnchorFixture anchored;
    private Path worm;

    @BeforeEach
    void open() throws Exception {
        worm = folder.resolve("worm");
        anchored = new AnchorFixture(folder);
        anchored.log.log("acme", 3);
        anchored.log.log("other", 3);
    }

    @AfterEach
    void close() {
        anchored.close();
    }

    private FileAnchor file() {
        return new FileAnchor("worm", worm, InstantSource.system());
    }

    private WitnessAnchor witness() throws IOException {
        Witness witness = anchored.witness(folder);
        return new WitnessAnchor(
                "w1", URI.create("https://w.example"), witness.verifierKey(), AnchorFixture.post(witness));
    }

    private static TimestampAnchor stamps(OpensslAuthority authority) throws IOException {
        return new TimestampAnchor(
                "tsa",
                URI.create("https://tsa.example"),
                authority.trust(),
                authority.post(),
                InstantSource.system(),
                new SecureRandom());
    }

    private Verification verify(AnchorFixture of, HeldHeads held, Outside outside) {
        return new AuditVerifier(anchored.log.signer().verifierKey(), (tenant, n, all) -> {})
                .database(of.log.database().app(), null, List.of(), held, outside);
    }

    private Outside worm() throws IOException {
        return new Outside(Map.of("worm", HeldHeads.ofFolder(worm)), List.of(), null);
    }

    private static void assertFound(Verification found, Finding.Kind kind, String said) {
        assertInstanceOf(Verification.Tampered.class, found, found.findings().toString());
        assertTrue(
                found.findings().stream()
                        .anyMatch(each -> each.kind() == kind && each.detail().contains(said)),
                found.findings().toString());
    }

    /** As a backup of the database that was taken after the first head of all. */
    private void rollBack() throws Exception {
        anchored.log
                .database()
                .tamper(
                        "ALTER TABLE audit.anchor_receipt DISABLE TRIGGER ALL",
                        "DELETE FROM audit.anchor_receipt",
                        "DELETE FROM audit.record WHERE tenant <> 'acme'",
                        "DELETE FROM audit.sequence WHERE tenant <> 'acme'",
                        "DELETE FROM audit.checkpoint WHERE tenant <> 'acme'",
                        "DELETE FROM audit.instance_sequence WHERE index >= 1",
                        "DELETE FROM audit.instance_checkpoint WHERE size > 1");
    }

    @Test
    void aRollbackIsFoundByTheFilesOfAnAnchor() throws Exception {
        assertTrue(anchored.due(file()));
        rollBack();
        assertInstanceOf(Verification.Intact.class, verify(anchored, HeldHeads.none(), Outside.NOTHING));
        assertFound(
                verify(anchored, HeldHeads.none(), worm()),
                Finding.Kind.TRUNCATED,
                "rolled back: the head at anchor \"worm\" covers 2 tenants' heads, the database has only 1");
        // As an auditor has them who copied the objects of a bucket.
        assertFound(
                verify(anchored, HeldHeads.read(worm), Outside.NOTHING),
                Finding.Kind.TRUNCATED,
                "rolled back: the head you hold covers 2 tenants' heads");
    }

    @Test
    void aRollbackThatForgetsItsReceiptsIsFoundByThem() throws Exception {
        assertTrue(anchored.due(witness()));
        anchored.log
                .database()
                .tamper(
                        "DELETE FROM audit.instance_sequence WHERE index >= 1",
                        "DELETE FROM audit.instance_checkpoint WHERE size > 1");
        assertFound(
                verify(anchored, HeldHeads.none(), Outside.NOTHING),
                Finding.Kind.TRUNCATED,
                "anchor \"w1\" confirmed at ");
    }

    @Test
    void aForkIsFoundByTheFilesAndByATimeStampThatSomebodyKept() throws Exception {
        OpensslAuthority authority = OpensslAuthority.in(folder.resolve("authority"));
        assertTrue(anchored.due(file()));
        assertTrue(anchored.due(stamps(authority)));
        SignedNote stamped = Objects.requireNonNull(anchored.published().checkpoint(TenantName.NONE));
        Path kept = Files.writeString(folder.resolve("kept.checkpoint"), stamped.toString());
        Path other = Files.createDirectory(folder.resolve("other"));
        Files.copy(folder.resolve("signing.pem"), other.resolve("signing.pem"));
        try (AnchorFixture fork = new AnchorFixture(other)) {
            for (int i = 0; i < 3; i++) {
                fork.log.log("acme", 3);
            }
            assertInstanceOf(Verification.Intact.class, verify(fork, HeldHeads.none(), Outside.NOTHING));
            assertFound(
                    verify(fork, HeldHeads.none(), worm()),
                    Finding.Kind.FORKED,
                    "forked: the head at anchor \"worm\" of 2 tenants' heads is of another history");
            assertFound(
                    verify(fork, HeldHeads.read(kept), Outside.NOTHING),
                    Finding.Kind.FORKED,
                    "forked: the head you hold of 2 tenants' heads");
            // With the receipt in it, as a restored database has it.
            fork.log
                    .database()
                    .tamper("INSERT INTO audit.anchor_receipt (anchor, size, kind, head, place, proof, confirmed_at)"
                            + " VALUES ('tsa', 2, 'timestamp', '" + stamped + "', 'x', '', now())");
            assertFound(
                    verify(fork, HeldHeads.none(), Outside.NOTHING),
                    Finding.Kind.FORKED,
                    "anchor \"tsa\" confirmed at");
        }
    }

    @Test
    void theAssuranceSaysWhichAnchorConfirmsWhatAndWhatWasNotChecked() throws Exception {
        OpensslAuthority authority = OpensslAuthority.in(folder.resolve("authority"));
        assertTrue(anchored.due(file()));
        assertTrue(anchored.due(witness()));
        assertTrue(anchored.due(stamps(authority)));
        Verification found = verify(anchored, HeldHeads.none(), Outside.NOTHING);
        Assurance assurance = Assurance.ofDatabase(found, anchored.log.signer().verifierKey(), HeldHeads.none(), true)
                .assurance();
        assertEquals(Assurance.Level.SIGNED, assurance.level());
        String unproved = String.join("\n", assurance.unproved());
        assertTrue(unproved.contains("anchor \"worm\": the log says that the head of "), unproved);
        assertTrue(unproved.contains("give its key with --witness"), unproved);
        assertTrue(unproved.contains("time stamp of CN=tsa says") && unproved.contains("give --tsa"), unproved);

        Outside known = new Outside(
                Map.of("worm", HeldHeads.ofFolder(worm)),
                List.of(anchored.witness(folder).verifierKey()),
                authority.trust());
        found = verify(anchored, HeldHeads.none(), known);
        assurance = Assurance.ofDatabase(found, anchored.log.signer().verifierKey(), HeldHeads.none(), true)
                .assurance();
        assertEquals(Assurance.Level.ANCHORED, assurance.level());
        String proved = String.join("\n", assurance.proved());
        assertTrue(
                proved.contains("anchor \"worm\": the head of ") && proved.contains("as its file there says"), proved);
        assertTrue(proved.contains("the witness witness.example/w1 signed the head of "), proved);
        assertTrue(proved.contains("as CN=tsa signed, whose certificate leads to one you trust"), proved);
    }

    private static Path bundle(AnchorFixture of, Path target) throws Exception {
        new AuditExport(
                        of.log.database().app(),
                        of.log.signer(),
                        of.log.log(),
                        Progress.none(),
                        InstantSource.system(),
                        new AuditExport.Asker("tests", "test"))
                .to(target, Selection.everything());
        return target;
    }

    private Checked offline(Path bundle, HeldHeads held, Outside outside) {
        return AuditVerifier.bundle(bundle, anchored.log.signer().verifierKey(), held, outside, Progress.none());
    }

    @Test
    void aBundleCarriesWhatAnchorsHold() throws Exception {
        OpensslAuthority authority = OpensslAuthority.in(folder.resolve("authority"));
        assertTrue(anchored.due(witness()));
        assertTrue(anchored.due(file()));
        assertTrue(anchored.due(stamps(authority)));
        anchored.log.turn();
        anchored.log.log("acme", 2);
        Path bundle = bundle(anchored, folder.resolve("bundle"));
        Checked claimed = offline(bundle, HeldHeads.none(), Outside.NOTHING);
        assertEquals(
                Assurance.Level.SIGNED,
                claimed.assurance().level(),
                claimed.verification().findings().toString());
        String unproved = String.join("\n", claimed.assurance().unproved());
        assertTrue(unproved.contains("--tsa") && unproved.contains("--witness"), unproved);
        assertTrue(unproved.contains("under it are this tenant's records up to index 2"), unproved);

        Outside known = new Outside(Map.of(), List.of(anchored.witness(folder).verifierKey()), authority.trust());
        Checked checked = offline(bundle, HeldHeads.none(), known);
        assertEquals(Assurance.Level.ANCHORED, checked.assurance().level());
        String proved = String.join("\n", checked.assurance().proved());
        assertTrue(proved.contains("anchor \"tsa\": the head of 2 tenants' heads was there at "), proved);
        assertTrue(proved.contains("anchor \"w1\": the witness witness.example/w1 signed the head of 2 "), proved);
        Checked same = offline(bundle, HeldHeads.ofFolder(worm), Outside.NOTHING);
        assertTrue(String.join("\n", same.assurance().proved()).contains("you hold the same head of 2 tenants' heads"));
        assertEquals(Assurance.Level.ANCHORED, same.assurance().level());

        forkedBundle(bundle, known);
        Path lines = bundle.resolve("tenants/acme/anchors.jsonl");
        String before = Files.readString(lines);
        Files.writeString(lines, before.replaceFirst("\"receipt\":\"M", "\"receipt\":\"N"));
        assertInstanceOf(
                Verification.Tampered.class,
                offline(bundle, HeldHeads.none(), known).verification());
        Files.writeString(lines, before.replace("portreeve", "x").replaceFirst("\"proof\":\"", "\"proof\":\"x"));
        assertInstanceOf(
                Verification.Tampered.class,
                offline(bundle, HeldHeads.none(), known).verification());
    }

    /** The owner makes another history, and has it anchored by others who do not know better. */
    private void forkedBundle(Path honest, Outside known) throws Exception {
        Path other = Files.createDirectory(folder.resolve("other"));
        Files.copy(folder.resolve("signing.pem"), other.resolve("signing.pem"));
        try (AnchorFixture fork = new AnchorFixture(other)) {
            fork.log.log("acme", 4);
            fork.log.log("acme", 4);
            assertTrue(fork.due(new FileAnchor("elsewhere", folder.resolve("elsewhere"), InstantSource.system())));
            Path forged = bundle(fork, folder.resolve("forged"));
            assertInstanceOf(
                    Verification.Intact.class,
                    offline(forged, HeldHeads.none(), known).verification());
            assertFound(
                    offline(forged, HeldHeads.ofFolder(worm), known).verification(),
                    Finding.Kind.FORKED,
                    "two heads of the tree over all tenants' heads, of 2 each, are signed and differ");
            assertFound(offline(forged, HeldHeads.read(honest), known).verification(), Finding.Kind.FORKED, "forked");
        }
    }

    @Test
    void aReceiptThatSomebodyMadeUpIsFound() throws Exception {
        assertTrue(anchored.due(witness()));
        anchored.log
                .database()
                .tamper(
                        "ALTER TABLE audit.anchor_receipt DISABLE TRIGGER ALL",
                        "UPDATE audit.anchor_receipt SET kind = 'timestamp', proof = '\\x3000'");
        assertFound(
                verify(anchored, HeldHeads.none(), Outside.NOTHING),
                Finding.Kind.BAD_CHECKPOINT,
                "anchor \"w1\": the time stamp of the head of ");
        anchored.log
                .database()
                .tamper(
                        "ALTER TABLE audit.anchor_receipt DISABLE TRIGGER ALL",
                        "UPDATE audit.anchor_receipt SET head = replace(head, 'audit', 'aud1t')");
        assertFound(
                verify(anchored, HeldHeads.none(), Outside.NOTHING),
                Finding.Kind.BAD_CHECKPOINT,
                "its receipt was changed");
    }
}
