package dev.portreeve.audit;

import dev.portreeve.migrations.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** A migrated database, and plain SQL on it as its owner, who may do anything. */
public final class Database implements AutoCloseable {
    private final TestDatabase database = TestDatabase.fresh();
    private final DataSource owner = database.owner().dataSource();
    private final DataSource app = database.app().dataSource();

    public DataSource app() {
        return app;
    }

    public DataSource owner() {
        return owner;
    }

    /** Runs statements as superuser, with no trigger in the way. */
    public void tamper(String... statements) throws SQLException {
        try (Connection connection = owner.getConnection();
                Statement statement = connection.createStatement()) {
            for (String table :
                    List.of("record", "sequence", "checkpoint", "node", "instance_sequence", "instance_checkpoint")) {
                statement.execute("ALTER TABLE audit." + table + " DISABLE TRIGGER ALL");
            }
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    public List<String> texts(String sql, Object... parameters) throws SQLException {
        try (Connection connection = owner.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            List<String> texts = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    texts.add(rows.getString(1));
                }
            }
            return texts;
        }
    }

    public long number(String sql, Object... parameters) throws SQLException {
        return Long.parseLong(texts(sql, parameters).getFirst());
    }

    /** The leaves of a tenant in commit order. */
    public List<String> leaves(String tenant) throws SQLException {
        try (Connection connection = owner.getConnection();
                PreparedStatement statement = connection.prepareStatement(
                        "SELECT leaf FROM audit.record WHERE tenant = ? ORDER BY txid, position")) {
            statement.setString(1, tenant);
            List<String> leaves = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    leaves.add(new String(rows.getBytes(1), StandardCharsets.UTF_8));
                }
            }
            return leaves;
        }
    }

    @Override
    public void close() {
        database.close();
    }
}
