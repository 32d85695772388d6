package dev.portreeve.audit.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Exports, and what can be done to them. The log behind them is made once: no test changes it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExportTest {
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

    private Path export(AuditExport.Selection selection) throws Exception {
        Path target = folder.resolve("export-" + UUID.randomUUID());
        new AuditExport(log.database.app(), log.signer.verifierKey(), Progress.none()).to(target, selection);
        return target;
    }

    private Path export() throws Exception {
        return export(AuditExport.Selection.everything());
    }

    private Verification verify(Path target) {
        return new AuditVerifier(log.signer.verifierKey(), Progress.none()).folder(target);
    }

    /** Edits the lines of a file of tenant acme. */
    private static void edit(Path target, String file, Consumer<List<String>> change) throws IOException {
        Path path = target.resolve("acme").resolve(file);
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
                List.of(new Verification.Tree("acme", 250, 250, 2), new Verification.Tree("other", 3, 3, 1)),
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
        Path target = export(new AuditExport.Selection("acme", 0));
        List<byte[]> level = new ArrayList<>();
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        for (String line : Files.readAllLines(target.resolve("acme/records.jsonl"), StandardCharsets.UTF_8)) {
            sha256.update((byte) 0);
            level.add(sha256.digest(line.getBytes(StandardCharsets.UTF_8)));
        }
        String checkpoints = Files.readString(target.resolve("acme/checkpoints"));
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
            Path target = export(new AuditExport.Selection("acme", since));
            Verification.Intact intact = assertInstanceOf(Verification.Intact.class, verify(target), "since " + since);
            assertEquals(1, intact.trees().size());
            assertEquals(250, intact.trees().getFirst().signed());
            edit(target, "records.jsonl", lines -> lines.set(0, lines.getFirst() + " "));
            assertFirst(target, Finding.Kind.ALTERED, since);
        }
        assertThrows(AuditExport.Refused.class, () -> export(new AuditExport.Selection("acme", 250)));
        assertThrows(AuditExport.Refused.class, () -> export(new AuditExport.Selection("nobody", 0)));
    }

    @Test
    void aFolderWithSomethingInItIsLeftAlone() throws Exception {
        AuditExport export = new AuditExport(log.database.app(), log.signer.verifierKey(), Progress.none());
        Path full = Files.createDirectory(folder.resolve("full"));
        Files.writeString(full.resolve("mine"), "x");
        String message = assertThrows(
                        AuditExport.Refused.class, () -> export.to(full, AuditExport.Selection.everything()))
                .getMessage();
        assertTrue(message.contains("is not empty: name a new one"), message);
        assertThrows(
                AuditExport.Refused.class, () -> export.to(full.resolve("mine"), AuditExport.Selection.everything()));
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertEquals(253, export.to(empty, AuditExport.Selection.everything()));
        Path refused = folder.resolve("refused");
        assertThrows(AuditExport.Refused.class, () -> export.to(refused, new AuditExport.Selection("acme", 9999)));
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
        String foreign =
                Files.readAllLines(target.resolve("other/records.jsonl")).getFirst();
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
        assertInstanceOf(Verification.Incomplete.class, verify(fewer));
        Path foreign = export();
        Files.copy(
                foreign.resolve("other/checkpoints"),
                foreign.resolve("acme/checkpoints"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertEquals(Finding.Kind.OTHER_KEY, first(foreign).kind());
    }

    @Test
    void anotherKeyIsSaid() throws Exception {
        LogSigner other = LogSigner.loadOrCreate(folder.resolve("other.pem"), "test.example/audit");
        Verification verification = new AuditVerifier(other.verifierKey(), Progress.none()).folder(export());
        assertEquals(
                Finding.Kind.OTHER_KEY,
                assertInstanceOf(Verification.Tampered.class, verification)
                        .first()
                        .kind());
    }

    @Test
    void whatCannotBeReadIsIncomplete() throws Exception {
        for (String file : List.of("manifest.txt", "acme/records.jsonl", "acme/checkpoints", "acme/leaf-hashes")) {
            Path target = export();
            Files.delete(target.resolve(file));
            Verification.Incomplete incomplete = assertInstanceOf(Verification.Incomplete.class, verify(target), file);
            assertTrue(
                    incomplete.findings().getFirst().detail().contains("missing"),
                    incomplete.findings().toString());
        }
        Path garbage = export();
        Files.writeString(garbage.resolve("acme/leaf-hashes"), "no base64!\n");
        assertInstanceOf(Verification.Incomplete.class, verify(garbage));
        Files.writeString(garbage.resolve("acme/leaf-hashes"), "x".repeat(100_000));
        assertInstanceOf(Verification.Incomplete.class, verify(garbage));
        assertInstanceOf(Verification.Incomplete.class, verify(folder.resolve("nowhere")));
    }
}
