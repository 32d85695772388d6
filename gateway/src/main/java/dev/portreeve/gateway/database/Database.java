package dev.portreeve.gateway.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.portreeve.gateway.config.DataDirectory;
import dev.portreeve.gateway.config.DatabaseConfig;
import dev.portreeve.migrations.DatabaseLogin;
import dev.portreeve.migrations.DatabaseUnavailable;
import dev.portreeve.migrations.EmbeddedPostgres;
import dev.portreeve.migrations.Migrator;
import dev.portreeve.policy.call.Secret;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;

/**
 * The one store: the embedded server or an outside one, at the version this program was built for. Opened once at start,
 * closed last.
 */
public final class Database implements AutoCloseable {
    /** The role of the running program; it may not change or delete evidence. */
    private static final String APP_ROLE = "portreeve_app";

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int HEALTH_SECONDS = 2;

    private final @Nullable EmbeddedPostgres embedded;
    private final DatabaseLogin app;
    private final HikariDataSource pool;
    private final DataSource fair;

    private Database(@Nullable EmbeddedPostgres embedded, DatabaseLogin app, int poolSize) {
        this.embedded = embedded;
        this.app = app;
        this.pool = pool(app, poolSize);
        this.fair = new FairDataSource(pool, poolSize, PATIENCE);
    }

    /**
     * Opens and migrates; blocks until it can be used.
     *
     * @throws StartFailure it is not there, not ours, or not usable; the message says what to do
     */
    public static Database open(DatabaseConfig config, DataDirectory directory) {
        Secret url = config.url();
        if (url == null) {
            return embedded(config, directory);
        }
        DatabaseLogin login = DatabaseAddress.login("database.url", url);
        Secret ownerUrl = config.ownerUrl();
        DatabaseLogin owner = ownerUrl == null ? login : DatabaseAddress.login("database.owner-url", ownerUrl);
        migrate(owner);
        grantRole(owner, login.user());
        return new Database(null, appLogin(login), config.poolSize());
    }

    /** The role is taken as the session begins, so that no statement ever runs with more rights. */
    static DatabaseLogin appLogin(DatabaseLogin login) {
        String separator = login.url().contains("?") ? "&" : "?";
        return new DatabaseLogin(
                login.url() + separator + "options=-c%20role%3D" + APP_ROLE, login.user(), login.password());
    }

    private static Database embedded(DatabaseConfig config, DataDirectory directory) {
        EmbeddedPostgres postgres;
        try {
            postgres = EmbeddedPostgres.start(directory.postgres());
        } catch (DatabaseUnavailable unavailable) {
            throw new StartFailure(String.valueOf(unavailable.getMessage()), unavailable);
        }
        boolean opened = false;
        try {
            migrate(postgres.owner());
            Database database = new Database(postgres, postgres.app(), config.poolSize());
            opened = true;
            return database;
        } finally {
            if (!opened) {
                postgres.close();
            }
        }
    }

    /** Opens a new connection at each request; for writers that own theirs. */
    public DataSource unpooled() {
        return app.dataSource();
    }

    /** The bounded pool, for reads and administration. */
    public DataSource pooled() {
        return fair;
    }

    /** Whether a statement works now. */
    public boolean isReachable() {
        try (Connection connection = fair.getConnection()) {
            return connection.isValid(HEALTH_SECONDS);
        } catch (SQLException away) {
            return false;
        }
    }

    @Override
    public void close() {
        pool.close();
        if (embedded != null) {
            embedded.close();
        }
    }

    private static HikariDataSource pool(DatabaseLogin login, int size) {
        HikariConfig settings = new HikariConfig();
        settings.setPoolName("portreeve");
        settings.setDataSource(login.dataSource());
        settings.setMaximumPoolSize(size);
        settings.setMinimumIdle(1);
        settings.setConnectionTimeout(PATIENCE.toMillis());
        // The start checks the database itself and says what is wrong in its own words.
        settings.setInitializationFailTimeout(-1);
        return new HikariDataSource(settings);
    }

    private static void migrate(DatabaseLogin owner) {
        try (Connection connection = owner.dataSource().getConnection()) {
            if (connection.getMetaData().getDatabaseMajorVersion() < 15) {
                throw new StartFailure(
                        "the database at " + owner.url() + " is PostgreSQL "
                                + connection.getMetaData().getDatabaseMajorVersion() + ": 15 or newer is needed",
                        null);
            }
        } catch (SQLException unreachable) {
            throw new StartFailure(
                    "the database at " + owner.url() + " cannot be used (" + firstLine(unreachable)
                            + "): start it, or correct database.url or DATABASE_URL; without them an embedded one is used",
                    unreachable);
        }
        try {
            Migrator.migrate(owner.dataSource());
        } catch (FlywayException failed) {
            throw new StartFailure(
                    "the database at " + owner.url() + " cannot be brought to this version (" + firstLine(failed)
                            + "): the owner must be allowed to create schemas and roles; name it with database.owner-url",
                    failed);
        }
    }

    /** Lets the login of an outside database step down to the program's role. */
    private static void grantRole(DatabaseLogin owner, String user) {
        try (Connection connection = owner.dataSource().getConnection();
                PreparedStatement has = connection.prepareStatement("SELECT pg_has_role(?, ?, 'MEMBER')");
                Statement grant = connection.createStatement()) {
            has.setString(1, user);
            has.setString(2, APP_ROLE);
            try (ResultSet rows = has.executeQuery()) {
                if (rows.next() && rows.getBoolean(1)) {
                    return;
                }
            }
            grant.execute("GRANT " + APP_ROLE + " TO " + grant.enquoteIdentifier(user, true));
        } catch (SQLException refused) {
            throw new StartFailure(
                    "the user \"" + user + "\" may not take the role " + APP_ROLE
                            + ": run as the database's owner: GRANT " + APP_ROLE + " TO \"" + user + "\"",
                    refused);
        }
    }

    private static String firstLine(Exception failed) {
        return String.valueOf(failed.getMessage()).lines().findFirst().orElse("no message");
    }
}
