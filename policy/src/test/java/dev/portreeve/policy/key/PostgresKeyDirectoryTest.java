package dev.portreeve.policy.key;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.JournalSettings;
import dev.portreeve.audit.PostgresJournal;
import dev.portreeve.migrations.TestDatabase;
import dev.portreeve.policy.budget.PostgresBudgets;
import dev.portreeve.policy.budget.PostgresCarvedBudgets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PostgresKeyDirectoryTest extends KeyDirectoryContract {
    private final TestDatabase database = TestDatabase.fresh();
    private final PostgresJournal journal = PostgresJournal.start(
            database.app().dataSource(), JournalSettings.defaults(), InstantSource.system(), new Random());
    private final Pepper pepper = Pepper.of(new byte[Pepper.BYTES]);

    @Override
    KeyDirectory open() {
        execute("INSERT INTO policy.tenant (id) VALUES ('acme'), ('globex')");
        execute("INSERT INTO policy.team (tenant, id) VALUES ('acme', 'support')");
        execute("INSERT INTO policy.member (tenant, id, kind, team) VALUES ('acme', 'bot', 'agent', 'support'),"
                + " ('globex', 'ana', 'user', NULL)");
        return replica();
    }

    @Override
    KeyDirectory replica() {
        return replica(pepper);
    }

    private KeyDirectory replica(Pepper knowing) {
        PostgresBudgets budgets = new PostgresBudgets(database.app().dataSource(), clock);
        budgets.refresh();
        return JournalledKeys.on(
                database.app().dataSource(),
                new PostgresCarvedBudgets(database.app().dataSource(), budgets),
                new AuditLog(journal),
                knowing,
                clock);
    }

    @Override
    void retire(String tenant, String member) {
        execute("UPDATE policy.member SET retired_at = now() WHERE tenant = '" + tenant + "' AND id = '" + member
                + "'");
    }

    @Override
    void breakDown() {
        execute("ALTER TABLE policy.virtual_key RENAME TO virtual_key_gone");
    }

    @Override
    List<String> leaves() {
        return query("SELECT convert_from(leaf, 'UTF8') FROM audit.record ORDER BY txid, position");
    }

    @Override
    void close() {
        journal.close();
        database.close();
    }

    @Test
    void theDatabaseAloneIsWorthless() {
        VirtualKey key = assertInstanceOf(Issuance.Issued.class, keys.create("acme", "bot", "laptop", null, "cli"))
                .key();
        List<String> row = query("SELECT virtual_key::text FROM policy.virtual_key");
        assertEquals(1, row.size());
        assertEquals(-1, row.getFirst().indexOf(key.reveal().substring(17)));
        byte[] other = new byte[Pepper.BYTES];
        other[0] = 1;
        KeyDirectory elsewhere = replica(Pepper.of(other));
        assertInstanceOf(Authentication.Rejected.class, elsewhere.authenticate(key.reveal()));
    }

    private void execute(String sql) {
        try (Connection connection = database.owner().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }

    private List<String> query(String sql) {
        List<String> result = new ArrayList<>();
        try (Connection connection = database.owner().dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                result.add(rows.getString(1));
            }
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
        return result;
    }
}
