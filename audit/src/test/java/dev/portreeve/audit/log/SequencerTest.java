package dev.portreeve.audit.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.PostgresJournal;
import dev.portreeve.audit.Receipt;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SequencerTest {
    @TempDir
    Path folder;

    private LogFixture log;

    @BeforeEach
    void open() throws IOException {
        log = new LogFixture(folder);
    }

    @AfterEach
    void close() {
        log.close();
    }

    /** Gap-free indexes, hashes of the bytes, and every checkpoint valid and the root of its prefix. */
    private void assertConsistent(String tenant) throws SQLException {
        try (Connection connection = log.database.owner().getConnection();
                Statement statement = connection.createStatement()) {
            CompactRange tree = CompactRange.empty();
            List<byte[]> roots = new ArrayList<>(List.of(tree.root()));
            TreeHash hash = new TreeHash();
            try (ResultSet rows = statement.executeQuery("SELECT s.index, s.leaf_hash, r.leaf FROM audit.sequence s"
                    + " LEFT JOIN audit.record r ON r.tenant = s.tenant AND r.id = s.record_id WHERE s.tenant = '"
                    + tenant + "' ORDER BY s.index")) {
                while (rows.next()) {
                    assertEquals(tree.size(), rows.getLong(1));
                    byte[] leafHash = hash.leaf(rows.getBytes(3));
                    assertTrue(Arrays.equals(leafHash, rows.getBytes(2)));
                    tree.append(leafHash);
                    roots.add(tree.root());
                }
            }
            VerifierKey key = log.signer.verifierKey().forTenant(tenant);
            long last = 0;
            try (ResultSet rows = statement.executeQuery(
                    "SELECT size, note FROM audit.checkpoint WHERE tenant = '" + tenant + "' ORDER BY size")) {
                while (rows.next()) {
                    SignedNote note = SignedNote.parse(rows.getString(2));
                    assertEquals(VerifierKey.Check.VALID, key.check(note));
                    last = rows.getLong(1);
                    assertEquals(
                            new Checkpoint(key.name(), last, roots.get((int) last)), Checkpoint.parse(note.text()));
                }
            }
            assertEquals(tree.size(), last, "everything with an index is signed");
        }
    }

    @Test
    void recordsGetTheirIndexInCommitOrderAndASignedHead() throws Exception {
        log.append("acme", 10);
        log.append("other", 3);
        try (Sequencer sequencer = log.sequencer()) {
            assertEquals(13, sequencer.runOnce());
            assertEquals(0, sequencer.runOnce());
            log.append("acme", 5);
            assertEquals(5, sequencer.runOnce());
            assertNull(sequencer.problem());
            List<AuditStatus> statuses = sequencer.statuses();
            assertEquals(
                    List.of("acme", "other"),
                    statuses.stream().map(AuditStatus::tenant).toList());
            assertEquals(15, statuses.getFirst().size());
            assertEquals(15, present(statuses.getFirst().lastCheckpoint()).size());
        }
        assertConsistent("acme");
        assertConsistent("other");
        assertEquals(
                log.database.texts("SELECT id::text FROM audit.record WHERE tenant = 'acme' ORDER BY txid, position"),
                log.database.texts("SELECT record_id::text FROM audit.sequence WHERE tenant = 'acme' ORDER BY index"));
        assertEquals(2, log.database.number("SELECT count(*) FROM audit.checkpoint WHERE tenant = 'acme'"));
    }

    private static <T> T present(T value) {
        assertNotNull(value);
        return value;
    }

    @Test
    void onlyOneReplicaIsElectedAndAnotherFollowsIt() throws Exception {
        try (Sequencer second = log.sequencer()) {
            try (Sequencer first = log.sequencer()) {
                log.append("acme", 2);
                assertEquals(2, first.runOnce());
                log.append("acme", 3);
                assertEquals(0, second.runOnce());
            }
            assertEquals(3, second.runOnce());
        }
        assertConsistent("acme");
    }

    @Test
    void aRunningTransactionHoldsBackWhatCommittedAfterItBegan() throws Exception {
        try (Connection slow = log.database.owner().getConnection();
                Statement statement = slow.createStatement();
                Sequencer sequencer = log.sequencer()) {
            slow.setAutoCommit(false);
            statement.execute("INSERT INTO audit.record (tenant, id, at, kind, leaf)"
                    + " VALUES ('acme', uuidv7(), now(), 'x', '{}')");
            log.append("acme", 4);
            assertEquals(0, sequencer.runOnce(), "an earlier transaction may still commit");
            slow.commit();
            assertEquals(5, sequencer.runOnce());
        }
        assertEquals(
                "{}",
                new String(
                        HexFormat.of()
                                .parseHex(log.database
                                        .texts("SELECT encode(r.leaf, 'hex') FROM audit.sequence s"
                                                + " JOIN audit.record r ON r.id = s.record_id WHERE s.index = 0")
                                        .getFirst()),
                        StandardCharsets.UTF_8));
        assertConsistent("acme");
    }

    /** A crash after any step of a turn: the next sequencer goes on as if nothing had happened. */
    @ParameterizedTest
    @EnumSource(Sequencer.Step.class)
    void aCrashBetweenStepsLosesNothing(Sequencer.Step step) throws Exception {
        log.log("acme", 3);
        log.append("acme", 4);
        log.append("other", 2);
        try (Sequencer sequencer = log.sequencer(done -> {
            if (done == step) {
                throw new IllegalStateException("crash after " + done);
            }
        })) {
            assertThrows(IllegalStateException.class, sequencer::runOnce);
        }
        log.append("acme", 1);
        log.turn();
        assertEquals(8, log.size("acme"));
        assertEquals(2, log.size("other"));
        assertConsistent("acme");
        assertConsistent("other");
    }

    @Test
    void aCrashAfterSequencingIsSignedEvenIfNothingIsAppendedLater() throws Exception {
        log.append("acme", 4);
        try (Sequencer sequencer = log.sequencer(done -> {
            throw new IllegalStateException("crash");
        })) {
            assertThrows(IllegalStateException.class, sequencer::runOnce);
        }
        assertEquals(0, log.database.number("SELECT count(*) FROM audit.checkpoint"));
        log.turn();
        assertConsistent("acme");
    }

    @Test
    void recordsWithoutAHashAreHashedByTheDatabase() throws Exception {
        log.append("acme", 3);
        log.database.tamper("UPDATE audit.record SET leaf_hash = NULL WHERE position % 2 = 0");
        log.turn();
        assertEquals(3, log.size("acme"));
        assertConsistent("acme");
    }

    @Test
    void recordsOfAClockThatWasSetBackGetTheirIndexAlsoAfterARestart() throws Exception {
        log.append("acme", 3);
        log.turn();
        // As if all of these were made a day ago, by a clock that was right again, or wrong.
        log.append("acme", 2);
        log.database.tamper("UPDATE audit.record SET id = ('00000000' || substr(id::text, 9))::uuid"
                + " WHERE NOT EXISTS (SELECT FROM audit.sequence s WHERE s.record_id = id)");
        log.turn();
        assertEquals(5, log.size("acme"));
    }

    @Test
    void aSecondRowOfARecordThatHasItsIndexIsPassed() throws Exception {
        try (Sequencer sequencer = log.sequencer()) {
            log.append("acme", 3);
            assertEquals(3, sequencer.runOnce());
            log.database.tamper("INSERT INTO audit.record (tenant, id, at, kind, leaf)"
                    + " SELECT tenant, id, at + interval '1 second', kind, leaf FROM audit.record LIMIT 1");
            log.append("acme", 2);
            assertThrows(SQLException.class, sequencer::runOnce);
            assertEquals(2, sequencer.runOnce());
        }
        assertEquals(5, log.size("acme"));
    }

    @Test
    void theSequencersConnectionMayDieAtAnyTime() throws Exception {
        try (Sequencer sequencer = log.sequencer()) {
            log.append("acme", 2);
            sequencer.runOnce();
            log.database.tamper("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'");
            log.append("acme", 2);
            assertThrows(SQLException.class, sequencer::runOnce);
            assertEquals(2, sequencer.runOnce());
        }
        assertConsistent("acme");
    }

    @Test
    void aRestoredDatabaseIsNotSigned() throws Exception {
        log.log("acme", 5);
        log.log("other", 2);
        log.log("acme", 5);
        log.database.tamper(
                "DELETE FROM audit.sequence WHERE tenant = 'acme' AND index >= 5",
                "DELETE FROM audit.checkpoint WHERE tenant = 'acme' AND size > 5",
                "DELETE FROM audit.record r WHERE tenant = 'acme' AND NOT EXISTS"
                        + " (SELECT FROM audit.sequence s WHERE s.record_id = r.id)");
        log.append("acme", 20);
        log.append("other", 1);
        try (Sequencer sequencer = log.sequencer()) {
            assertEquals(1, sequencer.runOnce(), "other tenants go on");
            String problem = String.valueOf(sequencer.problem());
            assertTrue(
                    problem.contains("acme") && problem.contains("covers 10 records") && problem.contains("only 5"),
                    problem);
            assertEquals(
                    problem.substring(problem.indexOf(':') + 2),
                    sequencer.statuses().getFirst().problem());
        }
        assertEquals(5, log.size("acme"));
        assertEquals(1, log.database.number("SELECT count(*) FROM audit.checkpoint WHERE tenant = 'acme'"));
        Files.delete(log.heads.file("acme"));
        log.turn();
        assertEquals(25, log.size("acme"), "without the kept head nobody knows better");
    }

    @Test
    void changedHashesAreNotSignedAgain() throws Exception {
        log.log("acme", 5);
        Files.delete(log.heads.file("acme"));
        log.database.tamper("UPDATE audit.sequence SET leaf_hash = sha256('x') WHERE index = 2");
        log.append("acme", 1);
        try (Sequencer sequencer = log.sequencer()) {
            assertEquals(0, sequencer.runOnce());
            assertTrue(String.valueOf(sequencer.problem()).contains("records were changed"), sequencer.problem());
        }
    }

    @Test
    void checkpointsOfAnotherKeyAreNotContinued() throws Exception {
        log.log("acme", 5);
        Files.delete(folder.resolve("signing.pem"));
        log.append("acme", 1);
        LogSigner other = LogSigner.loadOrCreate(folder.resolve("signing.pem"), "test.example/audit");
        try (Sequencer sequencer = new Sequencer(log.database.app(), other, log.heads, Duration.ofSeconds(1))) {
            assertEquals(0, sequencer.runOnce());
            assertTrue(String.valueOf(sequencer.problem()).contains("not signed with this key"), sequencer.problem());
        }
    }

    @Test
    void severalJournalsWriteWhileTheSequencerSigns() throws Exception {
        List<Thread> writers = new ArrayList<>();
        List<Throwable> failures = new CopyOnWriteArrayList<>();
        for (int w = 0; w < 4; w++) {
            int writer = w;
            writers.add(Thread.ofVirtual().start(() -> {
                try (PostgresJournal journal = log.journal(100 + writer)) {
                    for (int i = 0; i < 200; i++) {
                        Receipt receipt = journal.append(LogFixture.entry("t" + i % 3, i));
                        if (i % 7 == 0) {
                            receipt.await();
                        }
                    }
                } catch (RuntimeException e) {
                    failures.add(e);
                }
            }));
        }
        try (Sequencer sequencer = log.sequencer()) {
            while (writers.stream().anyMatch(Thread::isAlive)) {
                sequencer.runOnce();
            }
            sequencer.runOnce();
        }
        assertEquals(List.of(), failures);
        assertEquals(800, log.size("t0") + log.size("t1") + log.size("t2"));
        for (String tenant : List.of("t0", "t1", "t2")) {
            assertConsistent(tenant);
        }
    }
}
