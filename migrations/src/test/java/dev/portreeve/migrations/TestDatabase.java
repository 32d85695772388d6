package dev.portreeve.migrations;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A database for one test: real PostgreSQL, migrated, empty.
 *
 * <p>All tests of a JVM share one server, in the module's {@code target} folder, which starts at the first call and stops
 * with the JVM. Each {@link #fresh()} copies a migrated template, which takes some hundredths of a second. Usable from
 * several threads.
 */
public final class TestDatabase implements AutoCloseable {
    private static final String TEMPLATE = "portreeve_template";
    private static final String PREFIX = "test_";
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static @Nullable EmbeddedPostgres server;

    private final String name;
    private final DatabaseLogin owner;
    private final DatabaseLogin app;

    private TestDatabase(EmbeddedPostgres server, String name) {
        this.name = name;
        this.owner = to(name, server.owner());
        this.app = to(name, server.app());
    }

    /** A new database, to be closed by the caller. */
    public static TestDatabase fresh() {
        EmbeddedPostgres postgres = server();
        String name = PREFIX + COUNT.incrementAndGet();
        run(postgres, "CREATE DATABASE " + name + " TEMPLATE " + TEMPLATE);
        return new TestDatabase(postgres, name);
    }

    /** Who owns the tables. */
    public DatabaseLogin owner() {
        return owner;
    }

    /** Who the running program logs in as. */
    public DatabaseLogin app() {
        return app;
    }

    /** Drops the database; connections still open to it are cut. */
    @Override
    public void close() {
        run(server(), "DROP DATABASE " + name + " WITH (FORCE)");
    }

    private static synchronized EmbeddedPostgres server() {
        EmbeddedPostgres running = server;
        if (running == null) {
            // Each of the processes that tests run in has a server of its own.
            Path folder = Path.of(System.getProperty("basedir", ""))
                    .resolve("target")
                    .resolve("test-postgres" + System.getProperty("portreeve.test.process", ""));
            running = EmbeddedPostgres.start(folder);
            Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(running::close));
            prepare(running);
            server = running;
        }
        return running;
    }

    /** Drops what a killed run left behind, and makes the template anew: the migrations may have changed since. */
    private static void prepare(EmbeddedPostgres postgres) {
        List<String> leftovers = new ArrayList<>();
        try (Connection connection = postgres.owner().dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT datname FROM pg_database WHERE datname = '" + TEMPLATE
                        + "' OR datname LIKE '" + PREFIX + "%'")) {
            while (rows.next()) {
                leftovers.add(rows.getString(1));
            }
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
        leftovers.forEach(database -> run(postgres, "DROP DATABASE " + database + " WITH (FORCE)"));
        run(postgres, "CREATE DATABASE " + TEMPLATE);
        Migrator.migrate(to(TEMPLATE, postgres.owner()).dataSource());
    }

    private static DatabaseLogin to(String database, DatabaseLogin login) {
        String server = login.url().substring(0, login.url().lastIndexOf('/') + 1);
        return new DatabaseLogin(server + database, login.user(), login.password());
    }

    private static void run(EmbeddedPostgres postgres, String sql) {
        try (Connection connection = postgres.owner().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }
}
