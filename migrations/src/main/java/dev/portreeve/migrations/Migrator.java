package dev.portreeve.migrations;

import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/**
 * Brings a database to the version this program was built for.
 *
 * <p>Called once per start, before anything else reads or writes, with a login that may create schemas and roles.
 * Several replicas may call it at the same time: the migrations run under a lock, each exactly once. Blocks until done.
 */
public final class Migrator {
    private Migrator() {}

    /**
     * Runs the migrations that are still missing and returns how many they were.
     *
     * @throws org.flywaydb.core.api.FlywayException if a migration fails or the history in the database was edited; a failed
     *     migration leaves nothing behind, because PostgreSQL rolls it back
     */
    public static int migrate(DataSource owner) {
        return Flyway.configure()
                .dataSource(owner)
                .locations("classpath:db/migration")
                .validateMigrationNaming(true)
                .cleanDisabled(true)
                .loggers("slf4j")
                .load()
                .migrate()
                .migrationsExecuted;
    }
}
