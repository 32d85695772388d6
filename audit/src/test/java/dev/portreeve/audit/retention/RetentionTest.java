package dev.portreeve.audit.retention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.DirectRecords;
import dev.portreeve.audit.log.KeepingFixture;
import dev.portreeve.audit.verify.AuditVerifier;
import dev.portreeve.audit.verify.Finding;
import dev.portreeve.audit.verify.Verification;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Months go when their time is over, and not before; what is left says what went, and verifies. */
class RetentionTest {
    private static final Instant JANUARY = Instant.parse("2025-01-15T12:00:00Z");
    private static final Instant FEBRUARY = Instant.parse("2025-02-15T12:00:00Z");
    private static final String REFUSED = "42501";

    @TempDir
    private Path folder;

    private KeepingFixture log;
    private DirectRecords records;
    private PostgresHolds holds;

    @BeforeEach
    void open() throws IOException, SQLException {
        log = new KeepingFixture(folder);
        records = new DirectRecords(InstantSource.system(), new Random(5));
        holds = new PostgresHolds(log.database().app(), records);
        try (Connection owner = log.database().owner().getConnection();
                Statement statement = owner.createStatement()) {
            for (String table : List.of("record", "payload")) {
                statement.execute("CREATE TABLE audit." + table + "_202501 PARTITION OF audit." + table
                        + " FOR VALUES FROM ('2025-01-01Z') TO ('2025-02-01Z')");
                statement.execute("CREATE TABLE audit." + table + "_202502 PARTITION OF audit." + table
                        + " FOR VALUES FROM ('2025-02-01Z') TO ('2025-03-01Z')");
            }
        }
    }

    @AfterEach
    void close() {
        log.close();
    }

    private void fill() throws SQLException, IOException {
        log.append("acme", 5, JANUARY);
        log.append("other", 2, JANUARY);
        log.append("acme", 3, FEBRUARY);
        // Appended before midnight, committed after others of the next month.
        log.append("acme", 1, JANUARY.plusSeconds(60));
        log.append("acme", 2, Instant.now());
        log.turn();
    }

    private List<PostgresRetention.Due> retain(String now) throws SQLException {
        RetentionTimes times = new RetentionTimes(Duration.ofDays(400), Duration.ofDays(30));
        return new PostgresRetention(log.database().app(), records, times, () -> Instant.parse(now)).run();
    }

    private static @Nullable String refusal(List<PostgresRetention.Due> due, String partition) {
        return due.stream()
                .filter(each -> each.partition().equals(partition))
                .findFirst()
                .orElseThrow()
                .refused();
    }

    private Verification verify() {
        return new AuditVerifier(log.key(), (tenant, of, all) -> {})
                .database(log.database().app(), null, List.of());
    }

    private boolean isThere(String partition) throws SQLException {
        return log.database().number("SELECT count(*) FROM pg_class WHERE relname = ?", partition) == 1;
    }

    @Test
    void aClockThatIsAheadDropsNothing() throws Exception {
        fill();
        RetentionTimes times = new RetentionTimes(Duration.ofDays(3650), null);
        Instant wrong = Instant.parse("2040-03-10T00:00:00Z");
        assertEquals(List.of(), new PostgresRetention(log.database().app(), records, times, () -> wrong).run());
        assertTrue(isThere("record_202501"));
    }

    @Test
    void aMonthGoesAndTheTreeStillVerifies() throws Exception {
        fill();
        assertEquals(List.of(), retain("2025-02-10T00:00:00Z"));
        assertNull(refusal(retain("2026-03-10T00:00:00Z"), "record_202501"));
        assertEquals(0, log.database().number("SELECT count(*) FROM pg_class WHERE relname LIKE '%_202501'"));
        assertTrue(isThere("record_202502"));
        assertInstanceOf(Verification.Intact.class, verify());
        log.turn();

        Verification.Intact found = assertInstanceOf(Verification.Intact.class, verify());
        assertEquals(
                12,
                found.trees().stream()
                        .filter(tree -> tree.tenant().equals("acme"))
                        .findFirst()
                        .orElseThrow()
                        .signed());
        Finding dropped = found.findings().stream()
                .filter(each ->
                        each.kind() == Finding.Kind.DROPPED && each.tenant().equals("acme"))
                .findFirst()
                .orElseThrow();
        assertEquals(11L, dropped.index());
        assertTrue(dropped.detail().startsWith("6 records (index 0-4, 8) were dropped"), dropped.detail());

        assertNull(refusal(retain("2026-04-10T00:00:00Z"), "record_202502"));
        log.turn();
        Verification.Intact later = assertInstanceOf(Verification.Intact.class, verify());
        assertTrue(
                later.findings().stream()
                        .anyMatch(each -> each.detail().startsWith("9 records (index 0-8) were dropped")),
                later.findings().toString());
    }

    @Test
    void aMonthStaysUntilItsHeadIsAnchoredAndItsTombstoneSaysWhere() throws Exception {
        fill();
        RetentionTimes times = new RetentionTimes(Duration.ofDays(400), Duration.ofDays(30));
        PostgresRetention retention = new PostgresRetention(
                log.database().app(), records, times, List.of("worm"), () -> Instant.parse("2026-03-10T00:00:00Z"));
        String refused = String.valueOf(refusal(retention.run(), "record_202501"));
        assertTrue(refused.startsWith("anchor worm holds no head yet that covers index 8 of tenant acme"), refused);
        assertTrue(isThere("record_202501"));
        // A receipt of a head that is not this log's.
        receipt("replace(note, chr(10), ' ')");
        assertTrue(String.valueOf(refusal(retention.run(), "record_202501")).startsWith("anchor worm"));
        log.database()
                .tamper("ALTER TABLE audit.anchor_receipt DISABLE TRIGGER ALL", "DELETE FROM audit.anchor_receipt");
        receipt("note");
        assertNull(refusal(retention.run(), "record_202501"));
        String tombstone = log.database()
                .texts(
                        "SELECT convert_from(leaf, 'UTF8') FROM audit.record WHERE tenant = 'acme' AND kind = 'records.dropped'")
                .getLast();
        assertTrue(tombstone.contains("\"anchors\":[\"worm 2 2026-02-01T00:00:00Z\"]"), tombstone);
    }

    private void receipt(String head) throws SQLException {
        log.database()
                .tamper("INSERT INTO audit.anchor_receipt (anchor, size, kind, head, place, proof, confirmed_at)"
                        + " SELECT 'worm', size, 'file', " + head
                        + ", 'here', '', '2026-02-01Z' FROM audit.instance_checkpoint");
    }

    @Test
    void whatSomebodyDeletesBesidesIsMissing() throws Exception {
        fill();
        assertNull(refusal(retain("2026-03-10T00:00:00Z"), "record_202501"));
        log.turn();
        log.database()
                .tamper("DELETE FROM audit.record WHERE tenant = 'acme' AND at = '" + FEBRUARY
                        + "' AND id = (SELECT min(id::text)::uuid FROM audit.record WHERE tenant = 'acme' AND at = '"
                        + FEBRUARY + "')");
        Verification.Tampered found = assertInstanceOf(Verification.Tampered.class, verify());
        assertEquals(Finding.Kind.MISSING, found.first().kind());
        assertEquals(5L, found.first().index());
    }

    @Test
    void aTombstoneThatSomebodyWidensExcusesNothing() throws Exception {
        fill();
        assertNull(refusal(retain("2026-03-10T00:00:00Z"), "record_202501"));
        log.turn();
        log.database()
                .tamper(
                        "UPDATE audit.record SET leaf = convert_to(replace(convert_from(leaf, 'UTF8'), '[\"0-4\",\"8\"]', '[\"0-9\"]'), 'UTF8')"
                                + " WHERE kind = 'records.dropped'",
                        "DELETE FROM audit.record WHERE at = '" + FEBRUARY + "'");
        Verification.Tampered found = assertInstanceOf(Verification.Tampered.class, verify());
        assertEquals(Finding.Kind.ALTERED, found.first().kind());
        assertEquals(11L, found.first().index());
    }

    @Test
    void aHoldKeepsTheMonthsItCovers() throws Exception {
        fill();
        UUID hold = holds.place(new Hold.Order(
                "other", "user:anna", null, Instant.parse("2025-01-20T00:00:00Z"), "case 17", "counsel"));
        String refused = refusal(retain("2026-06-10T00:00:00Z"), "record_202501");
        assertTrue(String.valueOf(refused).contains(hold.toString()), refused);
        assertTrue(isThere("record_202501"));
        assertEquals(0, log.database().number("SELECT count(*) FROM pg_class WHERE relname = 'record_202502'"));
        assertTrue(holds.release("other", hold, "case closed", "counsel"));
        assertNull(refusal(retain("2026-06-10T00:00:00Z"), "record_202501"));
        log.turn();
        assertInstanceOf(Verification.Intact.class, verify());
    }

    @Test
    void whatIsNotSignedYetStays() throws Exception {
        fill();
        log.append("acme", 1, JANUARY);
        assertEquals("not all of its records are signed yet", refusal(retain("2026-03-10T00:00:00Z"), "record_202501"));
        log.turn();
        assertNull(refusal(retain("2026-03-10T00:00:00Z"), "record_202501"));
    }

    @Test
    void theApplicationCannotDropAMonthThatNoTombstoneTellsOfNorTheCurrentOne() throws Exception {
        fill();
        String current = log.database()
                .texts("SELECT 'record_' || to_char(now() AT TIME ZONE 'UTC', 'YYYYMM')")
                .getFirst();
        assertNotNull(current);
        try (Connection app = log.database().app().getConnection();
                Statement statement = app.createStatement()) {
            for (String wrong : List.of("record_202501", "record_default", "sequence", "record_199901", "hold")) {
                SQLException refused = assertThrows(
                        SQLException.class, () -> statement.execute("SELECT audit.drop_month('" + wrong + "')"), wrong);
                assertEquals(REFUSED, refused.getSQLState(), wrong + ": " + refused.getMessage());
            }
            SQLException early = assertThrows(
                    SQLException.class, () -> statement.execute("SELECT audit.drop_month('" + current + "')"));
            assertEquals("PR003", early.getSQLState());
            for (String wrong : List.of(
                    "SELECT audit.erase_subject('acme', 'user:anna', uuidv7())",
                    "INSERT INTO audit.hold (tenant, id, reason, placed_by, placed_in)"
                            + " VALUES ('acme', uuidv7(), 'x', 'y', uuidv7())",
                    "DROP TABLE audit.record_202501")) {
                SQLException refused = assertThrows(SQLException.class, () -> statement.execute(wrong), wrong);
                assertEquals(REFUSED, refused.getSQLState(), wrong + ": " + refused.getMessage());
            }
        }
        assertTrue(isThere("record_202501"));
    }
}
