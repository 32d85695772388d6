package dev.portreeve.migrations;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** A table of numbers, to see what a database still knows. */
final class Rows {
    private Rows() {}

    static void add(DatabaseLogin login, int number) throws SQLException {
        execute(login, "CREATE TABLE IF NOT EXISTS numbers (n int)");
        execute(login, "INSERT INTO numbers VALUES (" + number + ")");
    }

    static int count(DatabaseLogin login) throws SQLException {
        return Integer.parseInt(ask(login, "SELECT count(*) FROM numbers"));
    }

    static void execute(DatabaseLogin login, String sql) throws SQLException {
        try (Connection connection = login.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The first column of the first row. */
    static String ask(DatabaseLogin login, String query) throws SQLException {
        try (Connection connection = login.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
