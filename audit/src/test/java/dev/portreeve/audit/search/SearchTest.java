package dev.portreeve.audit.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
        search = new PostgresSearch(database.app(), Duration.ofSeconds(30));
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
    void itCanBeMadeAgainAndForgets() throws SQLException {
        UUID call = call("bot", "files__read", "", "completed", "");
        assertEquals(2, indexer.runOnce());
        database.tamper("DELETE FROM search.entry", "UPDATE search.progress SET txid = 1000000000, position = 7");
        assertEquals(2, indexer.runOnce());
        assertEquals(List.of(call), found(Sought.all("acme")));
        assertEquals(0, indexer.forget(Instant.now().minusSeconds(600)));
        assertEquals(1, indexer.forget(Instant.now().plusSeconds(1)));
        assertTrue(found(Sought.all("acme")).isEmpty());
        assertFalse(database.leaves("acme").isEmpty());
    }
}
