package dev.portreeve.migrations;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL server of this program's own, for those who configured none.
 *
 * <p>It is a real store: durable commits, passwords, and a data folder that outlives the program. It listens on 127.0.0.1
 * only. When PostgreSQL dies, it is started again on the same port, so connections fail for a moment and then work again.
 * When this program is killed, the server lives on without it; the next start on the same folder stops it and goes on
 * with its data.
 *
 * <p>Start once, close once, from any thread; both block. Close it last: whoever still uses it loses the connection.
 */
public final class EmbeddedPostgres implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(EmbeddedPostgres.class);

    private final DataFolder data;
    private final Watch watch;
    private final DatabaseLogin owner;
    private final DatabaseLogin app;

    private EmbeddedPostgres(DataFolder data, Watch watch, DatabaseLogin owner, DatabaseLogin app) {
        this.data = data;
        this.watch = watch;
        this.owner = owner;
        this.app = app;
    }

    /** Like {@link #start(Path, Consumer)}, with the steps in the log. */
    public static EmbeddedPostgres start(Path dataFolder) {
        return start(dataFolder, step -> LOGGER.info("{}", step));
    }

    /**
     * Starts the server of this folder and makes it first if there is none. Returns when it answers: about a tenth of a
     * second later, two seconds for a new folder.
     *
     * @param progress hears about steps that may take longer than a second, before they begin
     * @throws DatabaseUnavailable with a message for the person who started the program, for example because another
     *     program uses the folder
     */
    public static EmbeddedPostgres start(Path dataFolder, Consumer<String> progress) {
        DataFolder data = DataFolder.open(dataFolder);
        boolean started = false;
        try {
            EmbeddedPostgres postgres = start(data, progress);
            started = true;
            return postgres;
        } catch (IOException | SQLException e) {
            throw DatabaseUnavailable.hereOnly("cannot start the database in '" + data.root() + "': " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DatabaseUnavailable("interrupted while the database in '" + data.root() + "' was starting", e);
        } finally {
            if (!started) {
                data.close();
            }
        }
    }

    /**
     * The ways into a database.
     *
     * @param owner the superuser, who owns the tables
     * @param app the running program's, with the rights it was granted
     */
    public record Logins(DatabaseLogin owner, DatabaseLogin app) {}

    /**
     * The logins of the server that a running program has on this folder, for tools beside it; empty if none runs.
     *
     * @throws DatabaseUnavailable if the folder's files may not be read
     */
    public static Optional<Logins> running(Path dataFolder) {
        try {
            if (!DataFolder.isHeld(dataFolder)) {
                return Optional.empty();
            }
            int port = Integer.parseInt(DataFolder.read(dataFolder, "port"));
            return Optional.of(new Logins(
                    login(port, Cluster.DATABASE, Cluster.OWNER, readPassword(dataFolder, Cluster.OWNER)),
                    login(port, Cluster.DATABASE, Cluster.APP, readPassword(dataFolder, Cluster.APP))));
        } catch (IOException | NumberFormatException e) {
            throw new DatabaseUnavailable(
                    "cannot read the data folder '" + dataFolder + "' of the running server: " + e.getMessage(), e);
        }
    }

    private static String readPassword(Path dataFolder, String role) throws IOException {
        return DataFolder.read(dataFolder, DataFolder.passwordFile(role));
    }

    private static EmbeddedPostgres start(DataFolder data, Consumer<String> progress)
            throws IOException, SQLException, InterruptedException {
        PostgresBinaries binaries = PostgresBinaries.unpacked(data.root().resolve("programs"), progress);
        Account account = Account.choose(data, binaries.program("postgres"));
        Cluster.create(data, binaries, account, progress);
        Postmaster.of(data).ifPresent(orphan -> {
            progress.accept("stopping the database server that a killed Portreeve left behind");
            orphan.stop();
        });
        int port = data.port();
        DatabaseLogin root = login(port, "postgres", Cluster.OWNER, data.password(Cluster.OWNER));
        Server server = new Server(binaries.program("postgres"), account, data, port, root);
        String appPassword = data.password(Cluster.APP);
        Watch watch = Watch.over(server);
        try {
            Cluster.furnish(root, appPassword);
        } catch (SQLException e) {
            watch.close();
            throw e;
        }
        return new EmbeddedPostgres(
                data,
                watch,
                login(port, Cluster.DATABASE, Cluster.OWNER, root.password()),
                login(port, Cluster.DATABASE, Cluster.APP, appPassword));
    }

    private static DatabaseLogin login(int port, String database, String user, String password) {
        return new DatabaseLogin("jdbc:postgresql://127.0.0.1:" + port + "/" + database, user, password);
    }

    /** The superuser, who owns the tables: for migrations only. */
    public DatabaseLogin owner() {
        return owner;
    }

    /** The login of the running program: it may do what the migrations granted, and no more. */
    public DatabaseLogin app() {
        return app;
    }

    public String jdbcUrl() {
        return app.url();
    }

    /** Stops the server, within seconds, and frees the folder. Open connections are cut. */
    @Override
    public void close() {
        watch.close();
        data.close();
    }
}
