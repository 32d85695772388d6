package dev.portreeve.migrations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The database as the migrations leave it: current, and closed to everything they did not grant. */
class MigratorTest {
    private static final String ADD_RECORD =
            "INSERT INTO audit.record (tenant, id, at, kind, leaf) VALUES ('acme', gen_random_uuid(), now(), 'test', '{}')";
    private static final String PERMISSION_DENIED = "42501";

    private final TestDatabase database = TestDatabase.fresh();

    @AfterEach
    void drop() {
        database.close();
    }

    @Test
    void aCurrentDatabaseIsLeftAlone() {
        assertEquals(0, Migrator.migrate(database.owner().dataSource()));
    }

    @Test
    void theApplicationAddsEvidenceAndNeverChangesIt() throws SQLException {
        Rows.execute(database.app(), ADD_RECORD);
        assertEquals("1", Rows.ask(database.app(), "SELECT count(*) FROM audit.record"));

        for (String change : List.of(
                "UPDATE audit.record SET kind = 'other'",
                "DELETE FROM audit.record",
                "TRUNCATE audit.record",
                "DROP TABLE audit.record",
                "ALTER TABLE audit.record DISABLE TRIGGER ALL",
                "SET session_replication_role = replica")) {
            assertDenied(database.app(), change);
        }
        assertEquals("1", Rows.ask(database.app(), "SELECT count(*) FROM audit.record"));
    }

    @Test
    void evenTheOwnerDoesNotChangeEvidenceByAccident() throws SQLException {
        Rows.execute(database.app(), ADD_RECORD);

        assertDenied(database.owner(), "UPDATE audit.record SET kind = 'other'");
        assertDenied(database.owner(), "DELETE FROM audit.record");
        assertDenied(database.owner(), "TRUNCATE audit.record");
    }

    @Test
    void theApplicationNeverChangesMoneyThatWasPosted() {
        assertDenied(database.app(), "UPDATE policy.later_posting SET amount_nanos = 0");
        assertDenied(database.app(), "DELETE FROM policy.hold");
        assertDenied(database.app(), "CREATE TABLE policy.mine (n int)");
    }

    @Test
    void databasesOfTestsDoNotSeeEachOther() throws SQLException {
        try (TestDatabase other = TestDatabase.fresh()) {
            Rows.execute(database.app(), ADD_RECORD);
            assertEquals("0", Rows.ask(other.app(), "SELECT count(*) FROM audit.record"));
        }
    }

    private static void assertDenied(DatabaseLogin login, String sql) {
        SQLException denied = assertThrows(SQLException.class, () -> Rows.execute(login, sql), sql);
        assertEquals(PERMISSION_DENIED, denied.getSQLState(), sql);
    }
}
