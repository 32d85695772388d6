package dev.portreeve.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What the database itself refuses. */
class AppendOnlyTest {
    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private static List<String> changes(Database database) throws SQLException {
        List<String> tables = new ArrayList<>(List.of(
                "record",
                "sequence",
                "checkpoint",
                "node",
                "instance_sequence",
                "instance_checkpoint",
                "payload",
                "payload_key",
                "hold"));
        tables.addAll(
                database.texts(
                        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent IN ('audit.record'::regclass, 'audit.payload'::regclass)"));
        List<String> changes = new ArrayList<>();
        for (String table : tables) {
            String name = table.contains(".") ? table : "audit." + table;
            changes.add("UPDATE " + name + " SET tenant = 'x'");
            changes.add("DELETE FROM " + name);
            changes.add("TRUNCATE " + name);
        }
        return changes;
    }

    private static void assertRefused(Statement statement, String sql) {
        SQLException refused = assertThrows(SQLException.class, () -> statement.execute(sql), sql);
        assertEquals(INSUFFICIENT_PRIVILEGE, refused.getSQLState(), sql + ": " + refused.getMessage());
    }

    @Test
    void theApplicationCanOnlyAddAndRead() throws SQLException {
        try (Database database = new Database()) {
            try (PostgresJournal journal = PostgresJournal.start(
                    database.app(), JournalSettings.defaults(), InstantSource.system(), new Random(1))) {
                AuditEvent event = new AuditEvent("acme", EventKind.ADMIN_ACTION, null, new Facts());
                journal.append(JournalEntry.of(event)).await();
            }
            try (Connection app = database.app().getConnection();
                    Statement statement = app.createStatement()) {
                for (String change : changes(database)) {
                    assertRefused(statement, change);
                }
                assertRefused(statement, "SET session_replication_role = replica");
                assertRefused(
                        statement,
                        "INSERT INTO audit.record (tenant, id, at, txid, kind, leaf)"
                                + " VALUES ('a', uuidv7(), now(), 1, 'k', '{}')");
                assertRefused(statement, "ALTER TABLE audit.record DISABLE TRIGGER ALL");
                assertRefused(statement, "DROP TABLE audit.record");
                assertRefused(statement, "ALTER TABLE audit.record DETACH PARTITION audit.record_default");
            }
        }
    }

    @Test
    void theTriggersHoldForTheOwnerAlsoInTheReplicaRole() throws SQLException {
        try (Database database = new Database()) {
            try (PostgresJournal journal = PostgresJournal.start(
                    database.app(), JournalSettings.defaults(), InstantSource.system(), new Random(1))) {
                AuditEvent event = new AuditEvent("acme", EventKind.ADMIN_ACTION, null, new Facts());
                journal.append(JournalEntry.of(event)).await();
            }
            try (Connection owner = database.owner().getConnection();
                    Statement statement = owner.createStatement()) {
                statement.execute("INSERT INTO audit.record (tenant, id, at, kind, leaf)"
                        + " VALUES ('old', uuidv7(), '2020-01-01', 'k', '{}')");
                statement.execute("INSERT INTO audit.sequence SELECT tenant, 0, id, sha256(leaf) FROM audit.record");
                statement.execute(
                        "INSERT INTO audit.payload VALUES ('old', uuidv7(), '2020-01-01', 'prompt', uuidv7(), 'x')");
                statement.execute("INSERT INTO audit.payload_key VALUES ('old', uuidv7(), 'user:anna', 'x')");
                statement.execute("INSERT INTO audit.checkpoint SELECT tenant, 1, sha256(leaf), 'n' FROM audit.record");
                for (String role : List.of("origin", "replica")) {
                    statement.execute("SET session_replication_role = " + role);
                    for (String change : changes(database)) {
                        if (change.startsWith("TRUNCATE") || holdsRows(database, change)) {
                            assertRefused(statement, change);
                        }
                    }
                }
            }
        }
    }

    /** A trigger for each row says nothing where there is none, such as in next month's partition. */
    private static boolean holdsRows(Database database, String change) throws SQLException {
        String table = change.replaceFirst("^(UPDATE|DELETE FROM) (\\S+).*", "$2");
        return database.number("SELECT count(*) FROM " + table) > 0;
    }
}
