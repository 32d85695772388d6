package dev.portreeve.audit.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.log.LogFixture;
import dev.portreeve.audit.log.LogSigner;
import dev.portreeve.audit.log.Progress;
import dev.portreeve.audit.log.TenantName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a superuser without the signing key can do to the tables, and how it is found out. */
class DatabaseVerificationTest {
    private static final String LEAF_5 = "(SELECT record_id FROM audit.sequence WHERE tenant = 'acme' AND index = 5)";
    private static final String LEAF_6 = "(SELECT record_id FROM audit.sequence WHERE tenant = 'acme' AND index = 6)";

    @TempDir
    Path folder;

    private LogFixture log;

    @BeforeEach
    void open() throws IOException, SQLException {
        log = new LogFixture(folder);
        log.log("acme", 4);
        log.log("other", 3);
        log.log("acme", 6);
        log.log("acme", 5);
    }

    @AfterEach
    void close() {
        log.close();
    }

    private Verification verify() {
        return new AuditVerifier(log.signer.verifierKey(), Progress.none())
                .database(log.database.app(), log.heads, List.of());
    }

    private Finding first() {
        return assertInstanceOf(Verification.Tampered.class, verify()).first();
    }

    private void assertFirst(Finding.Kind kind, Long index, UUID id) {
        Finding first = first();
        assertEquals(kind, first.kind(), first.toString());
        assertEquals("acme", first.tenant());
        assertEquals(index, first.index(), first.toString());
        assertEquals(id, first.recordId(), first.toString());
    }

    private UUID id(long index) throws SQLException {
        return UUID.fromString(log.database
                .texts("SELECT record_id::text FROM audit.sequence WHERE tenant = 'acme' AND index = ?", index)
                .getFirst());
    }

    private void assertOthersIntact() {
        Verification others = new AuditVerifier(log.signer.verifierKey(), Progress.none())
                .database(log.database.app(), log.heads, List.of("other"));
        assertInstanceOf(Verification.Intact.class, others);
    }

    @Test
    void anUntouchedLogIsIntact() {
        Verification.Intact intact = assertInstanceOf(Verification.Intact.class, verify());
        assertEquals(List.of(), intact.findings());
        assertEquals(
                List.of(new Verification.Tree("acme", 0, 15, 15, 3), new Verification.Tree("other", 0, 3, 3, 1)),
                intact.trees());
    }

    @Test
    void newRecordsAreNoHarm() {
        log.append("acme", 7);
        Verification.Intact intact = assertInstanceOf(Verification.Intact.class, verify());
        assertEquals(Finding.Kind.WAITING, intact.findings().getFirst().kind());
        assertTrue(
                intact.findings().getFirst().detail().startsWith("7 "),
                intact.findings().toString());
    }

    @Test
    void aFlippedByteIsFoundAtItsIndex() throws SQLException {
        UUID id = id(5);
        log.database.tamper(
                "UPDATE audit.record SET leaf = set_byte(leaf, 40, get_byte(leaf, 40) # 1) WHERE id = " + LEAF_5);
        assertFirst(Finding.Kind.ALTERED, 5L, id);
        assertOthersIntact();
    }

    @Test
    void allAlteredRecordsAreNamed() throws SQLException {
        log.database.tamper("UPDATE audit.record SET leaf = leaf || ' ' WHERE tenant = 'acme'");
        List<Finding> findings = verify().findings();
        assertEquals(15, findings.size());
        assertEquals(14L, findings.getLast().index());
    }

    @Test
    void aChangedHashInTheListIsToldFromAChangedRecord() throws SQLException {
        UUID id = id(5);
        log.database.tamper("UPDATE audit.sequence SET leaf_hash = sha256('x') WHERE tenant = 'acme' AND index = 5");
        assertFirst(Finding.Kind.ALTERED, 5L, id);
        assertTrue(first().detail().contains("list was changed"), first().detail());
        assertEquals(1, verify().findings().size());
    }

    @Test
    void aRecordAlteredTogetherWithItsHashIsFoundBetweenTwoHeads() throws SQLException {
        log.database.tamper(
                "UPDATE audit.record SET leaf = leaf || ' ' WHERE id = " + LEAF_5,
                "UPDATE audit.sequence s SET leaf_hash = (SELECT sha256('\\x00'::bytea || leaf) FROM audit.record r"
                        + " WHERE r.id = s.record_id) WHERE tenant = 'acme' AND index = 5");
        assertFirst(Finding.Kind.ALTERED, 4L, null);
        assertTrue(first().detail().contains("index 4 to 9"), first().detail());
    }

    @Test
    void aDeletedRecordIsNamed() throws SQLException {
        UUID id = id(5);
        log.database.tamper("DELETE FROM audit.record WHERE id = " + LEAF_5);
        assertFirst(Finding.Kind.MISSING, 5L, id);
        assertEquals(1, verify().findings().size());
    }

    @Test
    void aDeletedIndexIsNamedAndSoIsItsRecord() throws SQLException {
        UUID id = id(5);
        log.database.tamper("DELETE FROM audit.sequence WHERE tenant = 'acme' AND index = 5");
        assertFirst(Finding.Kind.MISSING, 5L, null);
        assertTrue(
                verify().findings().stream()
                        .anyMatch(finding -> finding.kind() == Finding.Kind.INSERTED && id.equals(finding.recordId())),
                verify().findings().toString());
    }

    @Test
    void aRecordStoredTwiceIsNamed() throws SQLException {
        UUID id = id(5);
        log.database.tamper("INSERT INTO audit.record (tenant, id, at, call_id, kind, leaf)"
                + " SELECT tenant, id, at + interval '1 second', call_id, kind, leaf FROM audit.record WHERE id = "
                + LEAF_5);
        assertFirst(Finding.Kind.DUPLICATED, 5L, id);
    }

    @Test
    void twoIndexesSwappedAreNamed() throws SQLException {
        UUID id = id(5);
        log.database.tamper(
                "UPDATE audit.sequence SET index = 1000 + index WHERE tenant = 'acme' AND index IN (5, 6)",
                "UPDATE audit.sequence SET index = 2011 - index - 1000 WHERE tenant = 'acme' AND index > 1000");
        assertFirst(Finding.Kind.REORDERED, 6L, id);
        assertTrue(first().detail().contains("index 4 to 9"), first().detail());
    }

    @Test
    void theBytesOfTwoRecordsSwappedAreNamed() throws SQLException {
        UUID id = id(5);
        UUID other = id(6);
        log.database.tamper("WITH pair AS (SELECT id, leaf FROM audit.record WHERE id IN (" + LEAF_5 + "," + LEAF_6
                + ")) UPDATE audit.record r SET leaf = b.leaf FROM pair b WHERE r.id IN (SELECT id FROM pair)"
                + " AND b.id <> r.id");
        assertFirst(Finding.Kind.ALTERED, 5L, id);
        assertTrue(first().detail().contains("are record " + other), first().detail());
    }

    @Test
    void aRecordOfAnotherTenantInItsPlaceIsNamed() throws SQLException {
        UUID id = id(5);
        log.database.tamper(
                "UPDATE audit.record SET leaf = (SELECT leaf FROM audit.record WHERE tenant = 'other' LIMIT 1)"
                        + " WHERE id = " + LEAF_5);
        assertFirst(Finding.Kind.ALTERED, 5L, id);
        assertTrue(first().detail().contains("of tenant \"other\""), first().detail());
    }

    @Test
    void aRecordPutInByHandIsNamed() throws SQLException {
        log.database.tamper("INSERT INTO audit.record (tenant, id, at, txid, kind, leaf) SELECT tenant,"
                + " '00000000-0000-7000-8000-000000000001', at, txid - 1, kind, leaf FROM audit.record WHERE id = "
                + LEAF_5);
        assertFirst(Finding.Kind.INSERTED, null, UUID.fromString("00000000-0000-7000-8000-000000000001"));
    }

    @Test
    void aCutOffEndIsFoundByItsCheckpointsAndByTheKeptHead() throws SQLException {
        log.database.tamper(
                "DELETE FROM audit.record WHERE id IN (SELECT record_id FROM audit.sequence WHERE tenant = 'acme' AND"
                        + " index >= 7)",
                "DELETE FROM audit.sequence WHERE tenant = 'acme' AND index >= 7");
        assertFirst(Finding.Kind.TRUNCATED, 7L, null);
        log.database.tamper("DELETE FROM audit.checkpoint WHERE tenant = 'acme' AND size > 7");
        assertFirst(Finding.Kind.TRUNCATED, 7L, null);
        log.database.tamper("DELETE FROM audit.checkpoint WHERE tenant = 'acme'");
        assertFirst(Finding.Kind.TRUNCATED, 7L, null);
    }

    @Test
    void aWholeTenantThatVanishedIsFoundByTheKeptHead() throws SQLException {
        log.database.tamper(
                "DELETE FROM audit.record WHERE tenant = 'acme'",
                "DELETE FROM audit.sequence WHERE tenant = 'acme'",
                "DELETE FROM audit.checkpoint WHERE tenant = 'acme'");
        assertFirst(Finding.Kind.TRUNCATED, 0L, null);
    }

    @Test
    void changedCheckpointsAreFound() throws SQLException {
        log.database.tamper("UPDATE audit.checkpoint SET note = replace(note, 'acme', 'acne')"
                + " WHERE tenant = 'acme' AND size = 10");
        assertEquals(Finding.Kind.OTHER_KEY, first().kind());
        log.database.tamper(
                "UPDATE audit.checkpoint SET note = replace(note, 'acne', 'acme') WHERE tenant = 'acme'",
                "UPDATE audit.checkpoint SET root = sha256('x') WHERE tenant = 'acme' AND size = 10");
        assertEquals(Finding.Kind.BAD_CHECKPOINT, first().kind());
        log.database.tamper("UPDATE audit.checkpoint SET note = 'gone' WHERE tenant = 'acme' AND size = 4");
        assertEquals(Finding.Kind.BAD_CHECKPOINT, first().kind());
        assertEquals(4L, first().index());
    }

    @Test
    void anOldHeadPutBackAtTheEndIsFound() throws SQLException {
        log.database.tamper("UPDATE audit.checkpoint c SET note = (SELECT note FROM audit.checkpoint o WHERE o.tenant ="
                + " 'acme' AND o.size = 4) WHERE tenant = 'acme' AND size = 15");
        assertEquals(Finding.Kind.BAD_CHECKPOINT, first().kind());
    }

    @Test
    void anotherKeyIsSaid() throws IOException {
        LogSigner other = LogSigner.loadOrCreate(folder.resolve("other.pem"), "test.example/audit");
        Verification verification =
                new AuditVerifier(other.verifierKey(), Progress.none()).database(log.database.app(), null, List.of());
        assertEquals(
                Finding.Kind.OTHER_KEY,
                assertInstanceOf(Verification.Tampered.class, verification)
                        .first()
                        .kind());
    }

    @Test
    void withoutACheckpointNothingCanBeSaid() throws SQLException, IOException {
        log.database.tamper("DELETE FROM audit.checkpoint WHERE tenant = 'acme'");
        Files.delete(log.head("acme"));
        Verification.Tampered known = assertInstanceOf(Verification.Tampered.class, verify());
        assertTrue(
                known.first().toString().contains("the signed head of tenant \"acme\""), "all tenants' heads has it");
        log.database.tamper("DELETE FROM audit.instance_sequence", "DELETE FROM audit.instance_checkpoint");
        Files.delete(log.head(TenantName.NONE));
        Verification.Incomplete incomplete = assertInstanceOf(Verification.Incomplete.class, verify());
        assertEquals(Finding.Kind.UNCHECKABLE, incomplete.findings().getFirst().kind());
    }
}
