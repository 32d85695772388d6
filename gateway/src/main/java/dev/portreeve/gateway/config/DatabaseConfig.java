package dev.portreeve.gateway.config;

import dev.portreeve.policy.call.Secret;
import org.jspecify.annotations.Nullable;

/**
 * Where the records and the money are.
 *
 * @param url an outside PostgreSQL ({@code postgres://user:password@host:port/database} or a {@code jdbc:} URL); absent: the
 *     variable DATABASE_URL, and without it an embedded one in the data directory
 * @param ownerUrl the same database as the role that owns the schema, for migrations only; absent: {@code url}
 * @param poolSize connections for reads and administration; the writers own theirs
 */
public record DatabaseConfig(
        @Default("${DATABASE_URL:-}") @Nullable Secret url,
        @Nullable Secret ownerUrl,
        @Default("10") int poolSize) {
    private static final int MAX_POOL = 200;

    public DatabaseConfig {
        if (poolSize < 1 || poolSize > MAX_POOL) {
            throw new IllegalArgumentException("pool-size " + poolSize + " is not between 1 and " + MAX_POOL);
        }
        if (url == null && ownerUrl != null) {
            throw new IllegalArgumentException("owner-url without url: the embedded database has its own owner");
        }
    }
}
