package dev.portreeve.audit.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.Database;
import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.JournalEntry;
import dev.portreeve.audit.JournalSettings;
import dev.portreeve.audit.PostgresJournal;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Records are found by what is in them, soon after they were committed and never before. */
class SearchTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private Database database;
    private PostgresJournal journal;
    private RecordIndexer indexer;
    private PostgresSearch search;

    @BeforeEach
    void open() {
        database = new Database();
        journal = PostgresJournal.start(
                database.app(), JournalSettings.defaults(), InstantSource.system(), new Random(1));
        indexer = new RecordIndexer(database.app(), SECOND);
        search = new PostgresSearch(database.app(), Duration.ofSeconds(30), true);
    }

    @AfterEach
    void close() {
        indexer.close();
        journal.close();
        database.close();
    }

    private static Facts facts(String member, String resource, String session) {
        Facts subject = new Facts().put("kind", "agent").put("member", member).put("key", "keykeykey001");
        if (!session.isEmpty()) {
            subject.put("session", session);
        }
        return new Facts().put("type", "tool").put("resource", resource).put("subject", subject);
    }

    private UUID call(String member, String resource, String session, String outcome, String reason) {
        UUID call = UUID.randomUUID();
        try (AuditTrail trail = new AuditLog(journal).open("acme", call, facts(member, resource, session))) {
            trail.admit().await();
            Facts ended = new Facts().put("outcome", outcome);
            trail.conclude(reason.isEmpty() ? ended : ended.put("reason", reason))
                    .await();
        }
        return call;
    }

    private List<UUID> found(Sought sought) {
        return search.search(sought, null, 100).entries().stream()
                .map(Entry::id)
                .toList();
    }

    private static Sought by(String member, String resource, String session, String outcome, String reason) {
        return new Sought("acme", null, member, null, null, resource, session, outcome, reason, null, null, null);
    }

    @Test
    void byEachThingAndSeveral() throws SQLException {
        UUID first = call("bot", "files__read", "s1", "completed", "");
        UUID second = call("bot", "files__write", "s1", "denied", "no_matching_grant");
        UUID third = call("other", "files__read", "", "failed", "upstream_error");
        journal.append(JournalEntry.of(new AuditEvent(
                        "acme", EventKind.ADMIN_ACTION, null, new Facts().put("reason", "not of a call"))))
                .await();
        assertEquals(List.of(), found(Sought.all("acme")));
        assertEquals(7, indexer.runOnce());
        assertEquals(0, indexer.runOnce());
        assertEquals(4, found(Sought.all("acme")).size());
        assertEquals(List.of(), found(Sought.all("nobody")));
        assertEquals(List.of(second, first), found(by("bot", null, null, null, null)));
        assertEquals(List.of(second, first), found(by("agent:bot", null, null, null, null)));
        assertEquals(List.of(), found(by("user:bot", null, null, null, null)));
        assertEquals(List.of(third, first), found(by(null, "files__read", null, null, null)));
        assertEquals(List.of(second, first), found(by(null, null, "s1", null, null)));
        assertEquals(List.of(first), found(by(null, null, null, "completed", null)));
        assertEquals(List.of(third), found(by(null, null, null, "failed", null)));
        assertEquals(List.of(second), found(by("bot", null, "s1", "denied", "no_matching_grant")));
        assertEquals(
                List.of(third),
                found(new Sought("acme", third, null, null, null, null, null, null, null, null, null, null)));
        assertEquals(
                1,
                found(new Sought("acme", null, null, null, null, null, null, null, null, "admin.action", null, null))
                        .size());
        Instant now = Instant.now();
        assertEquals(
                4,
                found(new Sought(
                                "acme",
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                now.minusSeconds(600),
                                now))
                        .size());
        assertEquals(
                0,
                found(new Sought("acme", null, null, null, null, null, null, null, null, null, now, null))
                        .size());
        Entry entry = search.search(by("other", null, null, null, null), null, 1)
                .entries()
                .getFirst();
        assertEquals("call.closed", entry.kind());
        assertEquals("tool", entry.type());
        assertEquals("keykeykey001", entry.key());
    }

    @Test
    void pagesMeetWithoutGapOrOverlap() throws SQLException {
        for (int i = 0; i < 25; i++) {
            UUID unused = call("bot", "files__read", "", "completed", "");
            assertNotNull(unused);
        }
        assertEquals(50, indexer.runOnce());
        List<UUID> all = new ArrayList<>();
        String after = null;
        int pages = 0;
        do {
            PostgresSearch.Page page = search.search(by("bot", null, null, null, null), after, 10);
            page.entries().forEach(entry -> all.add(entry.id()));
            after = page.next();
            pages++;
        } while (after != null);
        assertEquals(3, pages);
        assertEquals(25, all.stream().distinct().count());
        assertEquals(25, all.size());
        assertThrows(IllegalArgumentException.class, () -> search.search(Sought.all("acme"), "yesterday", 10));
    }

    @Test
    void aCallThatRunsIsFoundWithoutAnOutcomeAndNotBeforeEarlierTransactionsEnded() throws SQLException {
        UUID call = UUID.randomUUID();
        try (Connection other = database.owner().getConnection();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("SELECT pg_current_xact_id()");
            try (AuditTrail trail = new AuditLog(journal).open("acme", call, facts("bot", "files__read", ""))) {
                trail.admit().await();
                assertEquals(0, indexer.runOnce());
                other.commit();
                assertEquals(1, indexer.runOnce());
                Entry entry =
                        search.search(Sought.all("acme"), null, 10).entries().getFirst();
                assertEquals("call.opened", entry.kind());
                assertNull(entry.outcome());
            }
        }
    }

    @Test
    void itCanBeMadeAgain() throws SQLException {
        UUID call = call("bot", "files__read", "", "completed", "");
        assertEquals(2, indexer.runOnce());
        RecordIndexer.empty(database.app());
        assertEquals(List.of(), found(Sought.all("acme")));
        assertEquals(2, indexer.runOnce());
        assertEquals(List.of(call), found(Sought.all("acme")));
        // A database that was restored counts its transactions from before.
        database.tamper("UPDATE search.progress SET txid = 1000000000, position = 7");
        assertEquals(2, indexer.runOnce());
        assertEquals(List.of(call), found(Sought.all("acme")));
    }

    @Test
    void whatASecondIndexerIsAtIsLeftToIt() throws SQLException {
        assertNotNull(call("bot", "files__read", "", "completed", ""));
        try (Connection other = database.app().getConnection();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("SELECT FROM search.progress FOR UPDATE");
            assertEquals(0, indexer.runOnce());
            other.rollback();
        }
        assertEquals(2, new RecordIndexer(database.app(), SECOND).runOnce());
        assertEquals(0, indexer.runOnce());
        assertEquals(1, found(Sought.all("acme")).size());
    }

    @Test
    void aCallWhoseEndIsReadLaterIsOneEntry() throws SQLException {
        UUID call = UUID.randomUUID();
        try (AuditTrail trail = new AuditLog(journal).open("acme", call, facts("bot", "files__read", "s1"))) {
            trail.admit().await();
            assertEquals(1, indexer.runOnce());
            assertEquals(List.of(call), found(by("bot", "files__read", "s1", null, null)));
            assertEquals(List.of(), found(by("bot", null, null, "failed", null)));
            trail.conclude(new Facts().put("outcome", "failed").put("reason", "upstream_error"))
                    .await();
        }
        assertEquals(1, indexer.runOnce());
        assertEquals(List.of(call), found(by("bot", "files__read", "s1", "failed", "upstream_error")));
        assertEquals(0, database.number("SELECT count(*) FROM search.unfinished"));
        // What is said of it when it is over stands beside it.
        journal.append(JournalEntry.of(new AuditEvent("acme", EventKind.APPROVAL_DECIDED, call, new Facts())))
                .await();
        assertEquals(1, indexer.runOnce());
        assertEquals(List.of(call, call), found(Sought.all("acme")));
        assertEquals(List.of(call), found(by("bot", null, null, null, null)));
    }

    @Test
    void anEndThatIsReadBeforeItsBeginningWaitsForIt() throws SQLException {
        UUID call = UUID.randomUUID();
        journal.append(JournalEntry.of(
                        new AuditEvent("acme", EventKind.CALL_CLOSED, call, new Facts().put("outcome", "completed"))))
                .await();
        assertEquals(1, indexer.runOnce());
        assertEquals(List.of(call), found(by(null, null, null, "completed", null)));
        journal.append(JournalEntry.of(
                        new AuditEvent("acme", EventKind.CALL_OPENED, call, facts("bot", "files__read", ""))))
                .await();
        assertEquals(1, indexer.runOnce());
        Entry entry = search.search(Sought.all("acme"), null, 10).entries().getFirst();
        assertEquals("call.closed", entry.kind());
        assertEquals("agent:bot", entry.member());
        assertEquals("completed", entry.outcome());
        assertEquals(0, database.number("SELECT count(*) FROM search.unfinished"));
    }

    @Test
    void valuesOfAnyKindAreFoundAsTheyAre() throws SQLException {
        String hostile = "'; DROP TABLE search.block; --<script>\u0000\ud83d\ude00";
        UUID call = call("bot", "files__read", hostile, "completed", "");
        UUID other = call("bot", "x".repeat(2000), "", "completed", "");
        assertEquals(4, indexer.runOnce());
        assertEquals(List.of(call), found(by(null, null, hostile.replace('\0', ' '), null, null)));
        assertEquals(List.of(other), found(by(null, "x".repeat(300), null, null, null)));
        assertEquals(List.of(), found(by(null, "files__rea%", null, null, null)));
        database.tamper("UPDATE audit.record SET leaf = 'no JSON' WHERE call_id = '" + other + "'");
        RecordIndexer.empty(database.app());
        assertEquals(4, indexer.runOnce());
        assertEquals(2, found(Sought.all("acme")).size());
    }

    @Test
    void aTombstoneTakesItsMonthOutOfTheSearch() throws SQLException {
        UUID call = call("bot", "files__read", "s1", "completed", "");
        UUID running = UUID.randomUUID();
        journal.append(JournalEntry.of(
                        new AuditEvent("acme", EventKind.CALL_OPENED, running, facts("bot", "files__read", ""))))
                .await();
        database.tamper("UPDATE audit.record SET at = '2026-03-31T23:59:59Z' WHERE call_id IN ('" + call + "', '"
                + running + "')");
        UUID later = call("bot", "files__read", "s1", "completed", "");
        database.tamper("UPDATE audit.record SET at = '2026-04-01T00:00:00Z' WHERE call_id = '" + later + "'");
        assertEquals(5, indexer.runOnce());
        assertEquals(List.of(later), found(by("bot", null, "s1", null, null)).subList(0, 1));
        assertEquals(3, found(Sought.all("acme")).size());
        // One of contents is of no concern, and neither is another tenant's.
        for (String partition : List.of("payload_202604", "record_202604x", "record_202603")) {
            journal.append(JournalEntry.of(new AuditEvent(
                            partition.endsWith("03") ? "acme" : "other",
                            EventKind.RECORDS_DROPPED,
                            null,
                            new Facts().put("partition", partition))))
                    .await();
        }
        assertEquals(3, indexer.runOnce());
        assertEquals(List.of(later), found(by("bot", null, null, null, null)));
        assertEquals(0, database.number("SELECT count(*) FROM search.unfinished"));
        assertEquals(
                1,
                database.number("SELECT count(*) FROM search.block WHERE tenant = 'acme' AND first_at < '2026-05-01'"));
    }

    @Test
    void whereItIsOffOnlyCallsAreFoundByTheirId() throws SQLException {
        UUID call = call("bot", "files__read", "", "completed", "");
        PostgresSearch off = new PostgresSearch(database.app(), SECOND, false);
        assertThrows(PostgresSearch.Off.class, () -> off.search(Sought.all("acme"), null, 10));
        Sought one = new Sought("acme", call, null, null, null, null, null, null, null, null, null, null);
        assertEquals("agent:bot", off.search(one, null, 10).entries().getFirst().member());
        assertNull(off.behind());
    }

    @Test
    void howFarItIsBehindIsSaid() throws SQLException {
        assertEquals(Duration.ZERO, search.behind());
        assertNotNull(call("bot", "files__read", "", "completed", ""));
        database.tamper("UPDATE audit.record SET at = now() - interval '90 s'");
        Duration behind = search.behind();
        assertTrue(behind != null && behind.toSeconds() >= 90, String.valueOf(behind));
        assertEquals(2, indexer.runOnce());
        assertEquals(Duration.ZERO, search.behind());
    }

    @Test
    void whatTakesTooLongIsGivenUp() throws SQLException {
        assertNotNull(call("bot", "files__read", "", "completed", ""));
        assertEquals(2, indexer.runOnce());
        PostgresSearch hasty = new PostgresSearch(database.app(), Duration.ofMillis(200), true);
        try (Connection other = database.owner().getConnection();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("LOCK TABLE search.block");
            PostgresSearch.TooWide tooWide =
                    assertThrows(PostgresSearch.TooWide.class, () -> hasty.search(Sought.all("acme"), null, 10));
            assertTrue(String.valueOf(tooWide.getMessage()).contains("say more of what you look for"));
            other.rollback();
        }
        assertEquals(1, hasty.search(Sought.all("acme"), null, 10).entries().size());
    }

    private void append(EventKind kind, UUID call, Facts facts) throws SQLException {
        journal.append(JournalEntry.of(new AuditEvent("acme", kind, call, facts)))
                .await();
        assertEquals(1, indexer.runOnce());
    }

    /** Its beginning was stored too late for the one who waited, who was refused then. */
    @Test
    void aCallThatWasRefusedAfterItHadBegunDoesNotRunForEver() throws SQLException {
        UUID call = UUID.randomUUID();
        append(EventKind.CALL_OPENED, call, facts("bot", "files__read", ""));
        append(EventKind.CALL_REFUSED, call, facts("bot", "files__read", "").put("outcome", "failed"));
        assertEquals(List.of(call), found(Sought.all("acme")));
        assertEquals(0, database.number("SELECT count(*) FROM search.unfinished"));
    }

    @Test
    void whatIsCutWithinACharacterIsIndexedAndWhatIsLongIsFound() throws SQLException {
        String cut = "x".repeat(299) + "\ud83d\ude00";
        UUID first = UUID.randomUUID();
        append(EventKind.CALL_OPENED, first, facts("bot", cut, ""));
        assertEquals(List.of(first), found(by(null, cut, null, null, null)));
        append(EventKind.CALL_CLOSED, first, new Facts().put("outcome", "completed"));
        assertEquals(List.of(first), found(by(null, cut, null, "completed", null)));
        UUID second = call("m".repeat(400), "y".repeat(400), "", "completed", "");
        assertEquals(2, indexer.runOnce());
        assertEquals(List.of(second), found(by("m".repeat(400), "y".repeat(400), null, null, null)));
    }

    @Test
    void whatStandsBesideACallInTheSameMicrosecondIsOnOneOfThePages() throws SQLException {
        Instant now = Instant.now();
        try (PostgresJournal still =
                PostgresJournal.start(database.app(), JournalSettings.defaults(), () -> now, new Random(2))) {
            UUID call = UUID.randomUUID();
            for (EventKind kind :
                    List.of(EventKind.CALL_REFUSED, EventKind.APPROVAL_DECIDED, EventKind.LEASE_FORFEITED)) {
                still.append(JournalEntry.of(new AuditEvent("acme", kind, call, new Facts())))
                        .await();
                assertEquals(1, indexer.runOnce());
            }
        }
        PostgresSearch.Page first = search.search(Sought.all("acme"), null, 1);
        PostgresSearch.Page second = search.search(Sought.all("acme"), first.next(), 1);
        PostgresSearch.Page third = search.search(Sought.all("acme"), second.next(), 1);
        assertEquals(
                List.of("lease.forfeited", "call.refused", "approval.decided"),
                List.of(first, second, third).stream()
                        .map(page -> page.entries().getFirst().kind())
                        .toList());
    }

    @Test
    void askedForByItsIdACallWhoseEndCameFirstIsClosed() throws SQLException {
        UUID call = UUID.randomUUID();
        append(EventKind.CALL_CLOSED, call, new Facts().put("outcome", "completed"));
        append(EventKind.CALL_OPENED, call, facts("bot", "files__read", ""));
        Sought one = new Sought("acme", call, null, null, null, null, null, null, null, null, null, null);
        assertEquals(
                "call.closed", search.search(one, null, 10).entries().getFirst().kind());
    }
}
