package dev.portreeve.audit.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.log.LogFixture;
import dev.portreeve.audit.log.LogSigner;
import dev.portreeve.audit.log.Progress;
import dev.portreeve.audit.log.TreeHash;
import dev.portreeve.audit.log.VerifierKey;
import dev.portreeve.audit.verify.Assurance;
import dev.portreeve.audit.verify.AuditVerifier;
import dev.portreeve.audit.verify.Checked;
import dev.portreeve.audit.verify.Finding;
import dev.portreeve.audit.verify.HeldHeads;
import dev.portreeve.audit.verify.Verification;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Exports, and what can be done to them. The log behind them is made once: no test changes it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BundleTest {
    @TempDir
    static Path shared;

    @TempDir
    Path folder;

    private LogFixture log;

    @BeforeAll
    void fill() throws Exception {
        log = new LogFixture(shared);
        log.log("acme", 100);
        log.log("other", 3);
        log.log("acme", 150);
        log.append("acme", 4);
    }

    @AfterAll
    void close() {
        log.close();
    }

    private AuditExport exporter() {
        return new AuditExport(
                log.database.app(),
                log.signer,
                log.log(),
                Progress.none(),
                InstantSource.system(),
                new AuditExport.Asker("tests", "portreeve test"));
    }

    private Path export(Selection selection) throws Exception {
        Path target = folder.resolve("export-" + UUID.randomUUID());
        exporter().to(target, selection);
        return target;
    }

    private Path export() throws Exception {
        return export(Selection.everything());
    }

    private Verification verify(Path target) {
        return checked(target).verification();
    }

    private Checked checked(Path target) {
        return AuditVerifier.bundle(target, log.signer.verifierKey(), HeldHeads.none(), Progress.none());
    }

    /** Edits the lines of a file of tenant acme. */
    private static void edit(Path target, String file, Consumer<List<String>> change) throws IOException {
        Path path = target.resolve("tenants/acme").resolve(file);
        List<String> lines = new ArrayList<>(Files.readAllLines(path, StandardCharsets.UTF_8));
        change.accept(lines);
        Files.writeString(path, String.join("\n", lines) + "\n");
    }

    private Finding first(Path target) {
        return assertInstanceOf(Verification.Tampered.class, verify(target)).first();
    }

    private void assertFirst(Path target, Finding.Kind kind, long index) {
        Finding first = first(target);
        assertEquals(kind, first.kind(), first.toString());
        assertEquals(index, first.index(), first.toString());
        assertEquals(
                1, verify(target).findings().size(), verify(target).findings().toString());
    }

    @Test
    void anExportVerifiesWithoutTheDatabase() throws Exception {
        Path target = export();
        Verification.Intact intact = assertInstanceOf(Verification.Intact.class, verify(target));
        assertEquals(
                List.of(new Verification.Tree("acme", 0, 250, 250, 2), new Verification.Tree("other", 0, 3, 3, 1)),
                intact.trees());
        assertEquals(List.of(), intact.findings());
        assertEquals(
                log.signer.verifierKey().toString(),
                VerifierKey.parse(Files.readString(target.resolve("key.vkey"))).toString());
        assertTrue(Files.readString(target.resolve("README.txt")).contains("SHA-256( 0x00 || line )"));
    }

    /** The README's recipe, followed by hand: no class of this log is used but to read base64. */
    @Test
    void theReadmeTellsTheTruth() throws Exception {
        Path target = export(new Selection("acme", 0, null, null));
        List<byte[]> level = new ArrayList<>();
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        for (String line : Files.readAllLines(target.resolve("tenants/acme/records.jsonl"), StandardCharsets.UTF_8)) {
            sha256.update((byte) 0);
            level.add(sha256.digest(line.getBytes(StandardCharsets.UTF_8)));
        }
        String checkpoints = Files.readString(target.resolve("tenants/acme/checkpoints"));
        String last = checkpoints.substring(0, checkpoints.length() - 1);
        last = last.substring(last.indexOf("\n\n", last.indexOf("\n\n") + 2) + 2);
        String[] lines = last.split("\n");
        assertEquals("test.example/audit/acme", lines[0]);
        assertEquals(level.size(), Integer.parseInt(lines[1]));
        assertEquals(Base64.getEncoder().encodeToString(root(sha256, level)), lines[2]);
    }

    private static byte[] root(MessageDigest sha256, List<byte[]> hashes) {
        if (hashes.size() == 1) {
            return hashes.getFirst();
        }
        int left = Integer.highestOneBit(hashes.size() - 1);
        byte[] leftRoot = root(sha256, hashes.subList(0, left));
        byte[] rightRoot = root(sha256, hashes.subList(left, hashes.size()));
        sha256.update((byte) 1);
        sha256.update(leftRoot);
        return sha256.digest(rightRoot);
    }

    @Test
    void aPartOfOneTenantVerifiesAsWell() throws Exception {
        for (long since : new long[] {1, 99, 100, 101, 249}) {
            Path target = export(new Selection("acme", since, null, null));
            Verification.Intact intact = assertInstanceOf(Verification.Intact.class, verify(target), "since " + since);
            assertEquals(1, intact.trees().size());
            assertEquals(250 - since, intact.trees().getFirst().signed());
            edit(target, "records.jsonl", lines -> lines.set(0, lines.getFirst() + " "));
            assertFirst(target, Finding.Kind.ALTERED, since);
        }
        assertThrows(ExportRefused.class, () -> export(new Selection("acme", 250, null, null)));
        assertThrows(ExportRefused.class, () -> export(new Selection("nobody", 0, null, null)));
    }

    @Test
    void aFolderWithSomethingInItIsLeftAlone() throws Exception {
        AuditExport export = exporter();
        Path full = Files.createDirectory(folder.resolve("full"));
        Files.writeString(full.resolve("mine"), "x");
        String message = assertThrows(ExportRefused.class, () -> export.to(full, Selection.everything()))
                .getMessage();
        assertTrue(message.contains("is not empty: name a new one"), message);
        assertThrows(ExportRefused.class, () -> export.to(full.resolve("mine"), Selection.everything()));
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertEquals(253, export.to(empty, Selection.everything()).records());
        Path refused = folder.resolve("refused");
        assertThrows(ExportRefused.class, () -> export.to(refused, new Selection("acme", 9999, null, null)));
        assertFalse(Files.exists(refused));
        try (var left = Files.list(folder)) {
            assertEquals(2, left.count(), "no half export is left behind");
        }
    }

    @Test
    void anAlteredRecordIsNamed() throws Exception {
        Path target = export();
        edit(target, "records.jsonl", lines -> lines.set(123, lines.get(123).replace("refused", "refusee")));
        assertFirst(target, Finding.Kind.ALTERED, 123);
        assertTrue(first(target).recordId() != null);
    }

    @Test
    void missingRecordsAreNamed() throws Exception {
        Path target = export();
        edit(target, "records.jsonl", lines -> lines.remove(123));
        assertFirst(target, Finding.Kind.MISSING, 123);
        edit(target, "records.jsonl", lines -> lines.subList(123, 130).clear());
        assertFirst(target, Finding.Kind.MISSING, 123);
        assertTrue(first(target).detail().contains("8 records"), first(target).detail());
    }

    @Test
    void aDoubledRecordIsNamed() throws Exception {
        Path target = export();
        edit(target, "records.jsonl", lines -> lines.add(124, lines.get(123)));
        assertFirst(target, Finding.Kind.DUPLICATED, 124);
    }

    @Test
    void movedRecordsAreNamed() throws Exception {
        Path swapped = export();
        edit(swapped, "records.jsonl", lines -> Collections.swap(lines, 123, 140));
        assertFirst(swapped, Finding.Kind.REORDERED, 123);
        Path moved = export();
        edit(moved, "records.jsonl", lines -> lines.add(130, lines.remove(123)));
        assertEquals(123L, first(moved).index());
    }

    @Test
    void aRecordPutInIsNamed() throws Exception {
        Path target = export();
        edit(target, "records.jsonl", lines -> lines.add(123, "{\"forged\":true}"));
        assertFirst(target, Finding.Kind.INSERTED, 123);
        Path end = export();
        edit(end, "records.jsonl", lines -> lines.add("{\"forged\":true}"));
        assertFirst(end, Finding.Kind.INSERTED, 250);
    }

    @Test
    void aRecordOfAnotherTenantIsNamed() throws Exception {
        Path target = export();
        String foreign = Files.readAllLines(target.resolve("tenants/other/records.jsonl"))
                .getFirst();
        edit(target, "records.jsonl", lines -> lines.set(123, foreign));
        assertFirst(target, Finding.Kind.ALTERED, 123);
    }

    @Test
    void aCutOffEndIsFound() throws Exception {
        Path target = export();
        edit(target, "records.jsonl", lines -> lines.subList(240, 250).clear());
        assertEquals(Finding.Kind.TRUNCATED, first(target).kind());
        assertEquals(240, first(target).index());
        edit(target, "leaf-hashes", lines -> lines.subList(240, 250).clear());
        assertEquals(Finding.Kind.TRUNCATED, first(target).kind());
        assertEquals(240, first(target).index());
    }

    @Test
    void aRecordAlteredTogetherWithItsHashIsFoundBetweenTwoHeads() throws Exception {
        Path target = export();
        edit(target, "records.jsonl", lines -> lines.set(123, "{}"));
        edit(
                target,
                "leaf-hashes",
                lines -> lines.set(
                        123,
                        Base64.getEncoder()
                                .encodeToString(new TreeHash().leaf("{}".getBytes(StandardCharsets.UTF_8)))));
        assertFirst(target, Finding.Kind.ALTERED, 100);
        assertTrue(
                first(target).detail().contains("index 100 to 249"),
                first(target).detail());
    }

    @Test
    void aChangedHashAloneIsToldFromAChangedRecord() throws Exception {
        Path target = export();
        edit(target, "leaf-hashes", lines -> lines.set(123, lines.get(122)));
        assertFirst(target, Finding.Kind.ALTERED, 123);
        assertTrue(
                first(target).detail().contains("list was changed"),
                first(target).detail());
    }

    @Test
    void changedCheckpointsAreFound() throws Exception {
        Path target = export();
        edit(
                target,
                "checkpoints",
                lines -> lines.set(
                        2, new StringBuilder(lines.get(2)).reverse().toString().replaceFirst("^=", "") + "="));
        assertEquals(Finding.Kind.BAD_CHECKPOINT, first(target).kind());
        Path swapped = export();
        edit(swapped, "checkpoints", lines -> lines.set(1, "99"));
        assertEquals(Finding.Kind.BAD_CHECKPOINT, first(swapped).kind());
        Path fewer = export();
        edit(fewer, "checkpoints", lines -> lines.subList(6, lines.size()).clear());
        assertInstanceOf(Verification.Tampered.class, verify(fewer));
        Path foreign = export();
        Files.copy(
                foreign.resolve("tenants/other/checkpoints"),
                foreign.resolve("tenants/acme/checkpoints"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertEquals(Finding.Kind.OTHER_KEY, first(foreign).kind());
    }

    @Test
    void anotherKeyIsSaid() throws Exception {
        LogSigner other = LogSigner.loadOrCreate(folder.resolve("other.pem"), "test.example/audit");
        Verification verification = AuditVerifier.bundle(
                        export(), other.verifierKey(), HeldHeads.none(), Progress.none())
                .verification();
        assertEquals(
                Finding.Kind.OTHER_KEY,
                assertInstanceOf(Verification.Tampered.class, verification)
                        .first()
                        .kind());
    }

    @Test
    void whatCannotBeReadIsIncomplete() throws Exception {
        for (String file : List.of(
                "manifest.note",
                "tenants/acme/records.jsonl",
                "tenants/acme/checkpoints",
                "tenants/acme/leaf-hashes")) {
            Path target = export();
            Files.delete(target.resolve(file));
            Verification.Incomplete incomplete = assertInstanceOf(Verification.Incomplete.class, verify(target), file);
            assertTrue(
                    incomplete.findings().getFirst().detail().contains("missing"),
                    incomplete.findings().toString());
        }
        assertInstanceOf(Verification.Incomplete.class, verify(folder.resolve("nowhere")));
    }

    /** It is there, so it is known that it is not what was signed. */
    @Test
    void whatWasMadeUnreadableWasChanged() throws Exception {
        Path garbage = export();
        for (String text : List.of("no base64!\n", "x".repeat(100_000))) {
            Files.writeString(garbage.resolve("tenants/acme/leaf-hashes"), text);
            Finding found = assertInstanceOf(Verification.Tampered.class, verify(garbage))
                    .first();
            assertTrue(found.detail().contains("leaf-hashes\" is not the one its manifest names"), found.detail());
        }
    }

    private Path zip(Selection selection) throws Exception {
        Path target = folder.resolve("evidence-" + UUID.randomUUID() + ".zip");
        exporter().to(target, selection);
        return target;
    }

    private static Instant at(LogFixture log, long index) throws SQLException {
        return Instant.parse(log.database
                .texts(
                        "SELECT to_char(r.at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') FROM audit.record r"
                                + " JOIN audit.sequence s ON s.tenant = r.tenant AND s.record_id = r.id"
                                + " WHERE s.tenant = 'acme' AND s.index = ?",
                        index)
                .getFirst());
    }

    @Test
    void aZipFileVerifiesAndSaysWhatThatIsWorth() throws Exception {
        Path target = zip(Selection.everything());
        Checked checked = checked(target);
        assertEquals(0, checked.exitCode(), checked.verification().findings().toString());
        assertEquals(
                List.of(new Verification.Tree("acme", 0, 250, 250, 2), new Verification.Tree("other", 0, 3, 3, 1)),
                checked.verification().trees());
        assertEquals(Assurance.Level.SIGNED, checked.assurance().level());
        Checked byItself = AuditVerifier.bundle(target, null, HeldHeads.none(), Progress.none());
        assertEquals(Assurance.Level.CONSISTENT, byItself.assurance().level());
        assertTrue(byItself.assurance().unproved().getFirst().contains("it came with the records"));
        Checked continued = AuditVerifier.bundle(
                target, log.signer.verifierKey(), HeldHeads.read(zip(Selection.everything())), Progress.none());
        assertEquals(
                Assurance.Level.CONTINUED,
                continued.assurance().level(),
                continued.assurance().toString());
    }

    /** Each range is proved by the hashes left and right of it, whatever its ends. */
    @Test
    void aRangeIsProvedToBeWhole() throws Exception {
        for (long[] range : new long[][] {{0, 50}, {50, 100}, {50, 150}, {100, 200}, {150, 200}}) {
            Selection selection = new Selection("acme", 0, at(log, range[0]), at(log, range[1]));
            Path target = zip(selection);
            Checked checked = checked(target);
            assertEquals(
                    0,
                    checked.exitCode(),
                    range[0] + ": " + checked.verification().findings());
            Verification.Tree tree = checked.verification().trees().getFirst();
            assertTrue(tree.first() <= range[0] && tree.first() + tree.records() <= range[1] + 1, tree.toString());
            assertEquals(tree.records(), tree.signed());
            assertTrue(
                    checked.assurance().unproved().stream().anyMatch(line -> line.contains("what stands after index")),
                    checked.assurance().toString());

            Path unpacked = folder.resolve("range-" + UUID.randomUUID());
            exporter().to(unpacked, selection);
            for (String file : List.of("records.jsonl", "leaf-hashes")) {
                edit(unpacked, file, lines -> lines.removeLast());
            }
            assertEquals(1, checked(unpacked).exitCode(), "a range without its last record is not the range");
        }
    }

    @Test
    void aRightSideThatIsNotTheLogsIsFound() throws Exception {
        Path unpacked = folder.resolve("right");
        exporter().to(unpacked, new Selection("acme", 0, at(log, 20), at(log, 40)));
        edit(unpacked, "right", lines -> Collections.swap(lines, 0, 1));
        assertEquals(1, checked(unpacked).exitCode());
        Path left = folder.resolve("left");
        exporter().to(left, new Selection("acme", 0, at(log, 21), at(log, 40)));
        edit(left, "left", lines -> Collections.swap(lines, 0, 1));
        assertEquals(1, checked(left).exitCode());
    }

    private String refused(Selection selection) {
        return String.valueOf(
                assertThrows(ExportRefused.class, () -> zip(selection)).getMessage());
    }

    @Test
    void whatCannotBeExportedIsSaid() throws Exception {
        Instant now = Instant.now();
        assertTrue(refused(new Selection(null, 0, now.plusSeconds(60), null)).contains("is in the future"));
        assertTrue(refused(new Selection(null, 0, null, now.plusSeconds(60))).contains("is in the future"));
        assertTrue(refused(new Selection("nobody", 0, null, null)).contains("there are acme, other"));
        assertTrue(refused(new Selection("acme", 0, null, now.minusSeconds(86_400)))
                .contains("no signed record lies in the range"));
        assertThrows(IllegalArgumentException.class, () -> new Selection(null, 0, now, now));
        Path taken = Files.writeString(folder.resolve("taken.zip"), "mine");
        assertThrows(ExportRefused.class, () -> exporter().to(taken, Selection.everything()));
        assertEquals("mine", Files.readString(taken));
    }

    /** An export that dies at 99 % leaves nothing that looks like a bundle, and the next one does not mind what it left. */
    @Test
    void anInterruptedExportLeavesNoBundle() throws Exception {
        Path target = folder.resolve("evidence.zip");
        AuditExport dying = new AuditExport(
                log.database.app(),
                log.signer,
                log.log(),
                (tenant, records, of) -> {
                    if (tenant.equals("other") && records == of) {
                        throw new IllegalStateException("killed");
                    }
                },
                InstantSource.system(),
                new AuditExport.Asker("tests", "portreeve test"));
        assertThrows(IllegalStateException.class, () -> dying.to(target, Selection.everything()));
        try (var left = Files.list(folder)) {
            assertEquals(List.of(), left.toList());
        }
        Files.writeString(folder.resolve(".evidence.zip.part"), "what a killed process left ".repeat(100_000));
        exporter().to(target, Selection.everything());
        assertEquals(0, checked(target).exitCode());
        try (var left = Files.list(folder)) {
            assertEquals(List.of(target), left.toList());
        }
    }

    @Test
    void anExportIsARecordBeforeAnybodySeesIt() throws Exception {
        Path target = zip(new Selection("other", 0, null, null));
        String record = log.database
                .texts("SELECT convert_from(leaf, 'UTF8') FROM audit.record WHERE tenant = 'other' AND kind ="
                        + " 'audit.exported' ORDER BY id DESC LIMIT 1")
                .getFirst();
        assertTrue(record.contains("\"by\":\"tests\"") && record.contains("\"records\":3"), record);
        try (ZipFile zip = new ZipFile(target.toFile());
                InputStream manifest = zip.getInputStream(zip.getEntry("manifest.note"))) {
            String digest = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(manifest.readAllBytes()));
            assertTrue(record.contains("\"sha256\":\"" + digest + "\""), record);
        }
    }
}
