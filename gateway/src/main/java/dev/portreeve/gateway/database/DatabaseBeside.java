package dev.portreeve.gateway.database;

import dev.portreeve.gateway.config.DataDirectory;
import dev.portreeve.gateway.config.DatabaseConfig;
import dev.portreeve.migrations.DatabaseLogin;
import dev.portreeve.migrations.DatabaseUnavailable;
import dev.portreeve.migrations.EmbeddedPostgres;
import dev.portreeve.policy.call.Secret;
import java.nio.file.Files;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The store as tools on the same machine see it: that of a running server, an outside one, or the embedded one, started
 * for the tool alone where no server runs. Nothing is migrated.
 */
public final class DatabaseBeside implements AutoCloseable {
    private final DatabaseLogin owner;
    private final DatabaseLogin app;
    private final @Nullable EmbeddedPostgres started;

    private DatabaseBeside(DatabaseLogin owner, DatabaseLogin app, @Nullable EmbeddedPostgres started) {
        this.owner = owner;
        this.app = app;
        this.started = started;
    }

    /** @throws StartFailure there is no database to be had; the message says what to do */
    public static DatabaseBeside open(DatabaseConfig config, DataDirectory directory) {
        Secret url = config.url();
        if (url != null) {
            DatabaseLogin login = DatabaseAddress.login("database.url", url);
            Secret ownerUrl = config.ownerUrl();
            return new DatabaseBeside(
                    ownerUrl == null ? login : DatabaseAddress.login("database.owner-url", ownerUrl),
                    Database.appLogin(login),
                    null);
        }
        if (!Files.isDirectory(directory.postgres())) {
            throw new StartFailure(
                    "there is no database in \"" + directory.root() + "\": name the data directory with --data", null);
        }
        try {
            Optional<EmbeddedPostgres.Logins> running = EmbeddedPostgres.running(directory.postgres());
            if (running.isPresent()) {
                return new DatabaseBeside(running.get().owner(), running.get().app(), null);
            }
            EmbeddedPostgres own = EmbeddedPostgres.start(directory.postgres());
            return new DatabaseBeside(own.owner(), own.app(), own);
        } catch (DatabaseUnavailable unavailable) {
            throw new StartFailure(String.valueOf(unavailable.getMessage()), unavailable);
        }
    }

    /**
     * As {@link #open}, where nothing is to be started: an outside store, or that of a running server.
     *
     * @throws StartFailure the embedded store does not answer
     */
    public static Optional<DatabaseBeside> running(DatabaseConfig config, DataDirectory directory) {
        if (config.url() != null) {
            return Optional.of(open(config, directory));
        }
        try {
            return Files.isDirectory(directory.postgres())
                    ? EmbeddedPostgres.running(directory.postgres())
                            .map(logins -> new DatabaseBeside(logins.owner(), logins.app(), null))
                    : Optional.empty();
        } catch (DatabaseUnavailable unavailable) {
            throw new StartFailure(String.valueOf(unavailable.getMessage()), unavailable);
        }
    }

    /** Who owns the tables, and can change what the program cannot. */
    public DatabaseLogin owner() {
        return owner;
    }

    /** The program's own login. */
    public DatabaseLogin app() {
        return app;
    }

    @Override
    public void close() {
        if (started != null) {
            started.close();
        }
    }
}
