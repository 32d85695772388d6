package dev.portreeve.migrations;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The making of a new database cluster: PostgreSQL's files, the two logins, the one database. */
final class Cluster {
    static final String DATABASE = "portreeve";
    static final String OWNER = "portreeve_owner";
    static final String APP = "portreeve_app";

    private Cluster() {}

    /** Makes PostgreSQL's files if there are none; they appear under their name only when they are complete. */
    static void create(DataFolder data, PostgresBinaries binaries, Account account, Consumer<String> progress)
            throws IOException {
        if (data.hasCluster()) {
            account.own(data.cluster());
            return;
        }
        progress.accept("creating the database in " + data.root());
        String password = data.password(OWNER);
        // Both passwords come before the cluster, which without them would be of no use.
        data.password(APP);
        Path unfinished = data.unfinishedCluster();
        deleteIfThere(unfinished);
        Files.createDirectory(unfinished);
        Path passwordFile = unfinished.resolveSibling("initdb.password");
        try {
            DataFolder.writePrivate(passwordFile, password);
            account.own(passwordFile);
            account.own(unfinished);
            Command.Result result = Command.run(account.as(
                    binaries.program("initdb").toString(),
                    "--pgdata=" + unfinished,
                    "--username=" + OWNER,
                    "--pwfile=" + passwordFile,
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--no-locale",
                    "--data-checksums"));
            if (!result.worked()) {
                throw DatabaseUnavailable.hereOnly(
                        "cannot create the database in '" + data.root() + "': " + result.output(), null);
            }
        } finally {
            Files.deleteIfExists(passwordFile);
        }
        Files.move(unfinished, data.cluster(), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Makes the database and the application's login where they are missing; safe to repeat after a crash between them. */
    static void furnish(DatabaseLogin anyDatabase, String appPassword) throws SQLException {
        try (Connection connection = anyDatabase.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            if (!exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = ? AND rolcanlogin", APP)) {
                // The password is ours: letters, digits, minus and underscore only.
                statement.execute("CREATE ROLE " + APP + " LOGIN PASSWORD '" + appPassword + "'");
            }
            if (!exists(connection, "SELECT 1 FROM pg_database WHERE datname = ?", DATABASE)) {
                statement.execute("CREATE DATABASE " + DATABASE);
            }
        }
    }

    private static boolean exists(Connection connection, String query, String name) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setString(1, name);
            return statement.executeQuery().next();
        }
    }

    private static void deleteIfThere(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
