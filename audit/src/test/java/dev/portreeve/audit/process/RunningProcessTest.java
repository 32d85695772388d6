package dev.portreeve.audit.process;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.Database;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.JournalOwner;
import dev.portreeve.audit.JournalSettings;
import dev.portreeve.audit.PostgresJournal;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Processes that stop, that are killed, that only seem to be gone, and several that notice at once. */
class RunningProcessTest {
    private static final ProcessTimes TIMES = new ProcessTimes(Duration.ofMillis(20), Duration.ofMinutes(1), 2);

    private final Database database = new Database();

    @AfterEach
    void close() {
        database.close();
    }

    /** One process with its journal. */
    private final class Replica implements AutoCloseable {
        private final UUID id = UUID.randomUUID();
        private final PostgresJournal journal;
        private final AuditLog log;
        private final RunningProcess running;
        private final Thread thread;

        Replica(InstantSource clock) {
            JournalOwner owner = new JournalOwner(id, List.of("acme"));
            journal = PostgresJournal.start(database.app(), JournalSettings.defaults(), clock, new Random(), owner);
            log = new AuditLog(journal, id);
            running = new RunningProcess(
                    owner,
                    log,
                    database.app(),
                    TIMES,
                    clock,
                    new Facts().put("version", "1").put("verifier_key", "k"));
            running.start();
            thread = Thread.ofVirtual().start(running);
        }

        Replica() {
            this(InstantSource.system());
        }

        AuditTrail opened() {
            AuditTrail trail = log.open("acme", UUID.randomUUID(), new Facts());
            trail.admit().await();
            return trail;
        }

        /** Goes without a word. */
        void die() throws InterruptedException {
            thread.interrupt();
            thread.join();
            journal.close();
        }

        @Override
        public void close() {
            running.close();
            journal.close();
        }
    }

    private List<String> said(String kind) throws SQLException {
        return database.leaves(AuditEvent.INSTANCE).stream()
                .filter(leaf -> leaf.contains("\"kind\":\"" + kind + "\""))
                .toList();
    }

    private void silence(UUID process) throws SQLException {
        database.tamper(
                "UPDATE audit.process SET seen_at = seen_at - interval '61 seconds' WHERE id = '" + process + "'");
    }

    @Test
    void whoStartsAndStopsLeavesAPairAndNothingElse() throws Exception {
        try (Replica replica = new Replica()) {
            await().until(() -> database.number("SELECT count(*) FROM audit.process WHERE seen_at > started_at") == 1);
            assertEquals(0, replica.log.openCalls().count());
        }
        assertEquals(1, said("server.started").size());
        assertEquals(1, said("server.stopped").size());
        assertEquals(2, database.leaves(AuditEvent.INSTANCE).size());
        assertEquals(0, database.number("SELECT count(*) FROM audit.process"));
    }

    @Test
    void oneThatIsKilledIsToldOfOnceByThoseThatLiveOnWithTheCallsItLeft() throws Exception {
        Replica killed = new Replica();
        try (Replica second = new Replica();
                Replica third = new Replica()) {
            AuditTrail ended = killed.opened();
            ended.conclude(new Facts().put("outcome", "completed")).await();
            AuditTrail left = killed.opened();
            AuditTrail closedForIt = killed.opened();
            second.opened();
            assertEquals(2, killed.log.openCalls().count());
            killed.die();
            AuditTrail sweeper = second.log.open("acme", closedForIt.callId(), new Facts());
            sweeper.admitted(sweeper.admit());
            sweeper.conclude(new Facts().put("outcome", "unknown")).await();
            silence(killed.id);
            await().until(() -> !said("server.lost").isEmpty());
            await().until(() -> database.number("SELECT count(*) FROM audit.process") == 2);
            List<String> lost = said("server.lost");
            assertEquals(1, lost.size(), lost.toString());
            assertTrue(lost.getFirst().contains("\"process\":\"" + killed.id + "\""), lost.toString());
            assertTrue(lost.getFirst().contains("\"calls_unfinished\":2"), lost.toString());
            assertTrue(
                    lost.getFirst().contains(second.id.toString())
                            || lost.getFirst().contains(third.id.toString()),
                    lost.toString());
            assertFalse(left.callId().equals(closedForIt.callId()));
        }
        assertEquals(3, said("server.started").size());
        assertEquals(2, said("server.stopped").size());
    }

    @Test
    void oneThatWasTakenForGoneByMistakeSaysThatItIsThere() throws Exception {
        try (Replica replica = new Replica()) {
            await().until(() -> database.number("SELECT count(*) FROM audit.process") == 1);
            database.tamper("DELETE FROM audit.process");
            await().until(() -> said("server.started").size() == 2);
            assertTrue(said("server.started").getLast().contains("\"resumed\":true"));
            assertTrue(said("server.started").getLast().contains(replica.id.toString()));
            assertEquals(1, database.number("SELECT count(*) FROM audit.process"));
        }
    }

    @Test
    void aClockThatWasSetBackWhileNobodyRanIsSaidBeforeTheStart() throws Exception {
        try (Replica ahead = new Replica(() -> Instant.now().plus(Duration.ofHours(2)))) {
            ahead.opened().conclude(new Facts()).await();
        }
        try (Replica now = new Replica()) {
            await().until(() -> said("server.started").size() == 2);
            List<String> all = database.leaves(AuditEvent.INSTANCE);
            assertTrue(
                    all.get(all.indexOf(said("server.started").getLast()) - 1).contains("\"kind\":\"clock.set_back\""),
                    all.toString());
            assertTrue(said("clock.set_back").getFirst().contains(now.id.toString()));
            assertTrue(database.leaves("acme").getLast().contains("clock.set_back"));
            assertTrue(Instant.now()
                    .isBefore(Instant.parse(
                            said("clock.set_back").getFirst().replaceAll(".*\"clock_before\":\"([^\"]+)\".*", "$1"))));
        }
    }

    /** Of however many tenants: whoever counts gives no sign of life meanwhile. */
    @Test
    void callsAreCountedForSoLongAndNoLonger() throws Exception {
        try (Replica replica = new Replica()) {
            replica.opened();
            Sign.Silent silent =
                    new Sign.Silent(replica.id, Instant.EPOCH, Instant.now().plusSeconds(60), Instant.EPOCH);
            assertEquals(1L, new Processes(database.app()).unfinished(silent));
            assertNull(new Processes(database.app(), Duration.ZERO).unfinished(silent));
        }
    }
}
