package dev.portreeve.hub.definition;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.JournalSettings;
import dev.portreeve.audit.PostgresJournal;
import dev.portreeve.migrations.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

class PostgresDefinitionsTest extends DefinitionsContract {
    private final TestDatabase database = TestDatabase.fresh();
    private final PostgresJournal journal = PostgresJournal.start(
            database.app().dataSource(), JournalSettings.defaults(), InstantSource.system(), new Random());

    @Override
    Definitions open() {
        return Definitions.on(database.app().dataSource(), new AuditLog(journal), clock);
    }

    @Override
    List<String> leaves() {
        List<String> leaves = new ArrayList<>();
        try (Connection connection = database.owner().dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT convert_from(leaf, 'UTF8') FROM audit.record ORDER BY txid, position")) {
            while (rows.next()) {
                leaves.add(rows.getString(1));
            }
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
        return leaves;
    }

    @Override
    void close() {
        journal.close();
        database.close();
    }
}
