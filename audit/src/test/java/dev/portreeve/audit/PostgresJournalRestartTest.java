package dev.portreeve.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.migrations.EmbeddedPostgres;
import dev.portreeve.migrations.Migrator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** PostgreSQL itself is killed while records are being written. */
class PostgresJournalRestartTest {
    private final Path data = Path.of("target", "restarted-postgres-" + UUID.randomUUID());

    @AfterEach
    void delete() throws IOException {
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void recordsAppendedWhileTheDatabaseIsKilledAreStoredOnceWhenItIsBack() throws Exception {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(data)) {
            Migrator.migrate(postgres.owner().dataSource());
            try (PostgresJournal journal = PostgresJournal.start(
                    postgres.app().dataSource(), JournalSettings.defaults(), InstantSource.system(), new Random(1))) {
                List<Receipt> receipts = new ArrayList<>();
                for (int i = 0; i < 2000; i++) {
                    receipts.add(journal.append(JournalEntry.of(new AuditEvent(
                            "acme", EventKind.ADMIN_ACTION, UUID.randomUUID(), new Facts().put("n", i)))));
                    if (i == 500) {
                        receipts.getFirst().await();
                        kill();
                    }
                }
                receipts.forEach(Receipt::await);
            }
            // The journal may have been done before the kill: then nobody waited for the restart yet.
            Awaitility.await().ignoreExceptions().until(() -> reads(postgres));
            try (Connection connection = postgres.owner().dataSource().getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("SELECT count(*), count(DISTINCT id) FROM audit.record")) {
                assertTrue(row.next());
                assertEquals(2000, row.getLong(1));
                assertEquals(2000, row.getLong(2));
            }
        }
    }

    private static boolean reads(EmbeddedPostgres postgres) throws SQLException {
        try (Connection connection = postgres.owner().dataSource().getConnection()) {
            return connection.isValid(1);
        }
    }

    private void kill() throws IOException {
        try (Stream<Path> files = Files.walk(data)) {
            Path pidFile = files.filter(file -> file.endsWith("postmaster.pid"))
                    .findAny()
                    .orElseThrow();
            long pid = Long.parseLong(Files.readAllLines(pidFile).getFirst());
            ProcessHandle postmaster = ProcessHandle.of(pid).orElseThrow();
            // Its children too: a server process works on for a while without its postmaster, and the kill would meet
            // nobody.
            List<ProcessHandle> all = Stream.concat(Stream.of(postmaster), postmaster.descendants())
                    .toList();
            all.forEach(ProcessHandle::destroyForcibly);
        }
    }
}
