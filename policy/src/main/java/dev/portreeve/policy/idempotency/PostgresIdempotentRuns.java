package dev.portreeve.policy.idempotency;

import static dev.portreeve.db.policy.Tables.IDEMPOTENT_RUN;

import dev.portreeve.policy.call.IdempotentRun;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record4;
import org.jooq.SQLDialect;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;

/** The runs in PostgreSQL, and the chores that go with them. */
public final class PostgresIdempotentRuns implements IdempotentRuns {
    /** How often a living run says so. */
    public static final Duration TOUCH_EVERY = Duration.ofSeconds(5);
    /** By the database's clock, the one clock all replicas share. */
    public static final Duration DEAD_AFTER = Duration.ofSeconds(30);

    private static final int SWEPT_AT_ONCE = 1_000;
    private static final int MOST_SWEEPS = 100;

    private final DSLContext database;
    private final Map<UUID, IdempotentRun.Key> living = new ConcurrentHashMap<>();

    public PostgresIdempotentRuns(DataSource database) {
        this.database = DSL.using(database, SQLDialect.POSTGRES);
    }

    @Override
    public Optional<FoundRun> find(IdempotentRun.Key key) {
        Field<Boolean> dead = DSL.field(IDEMPOTENT_RUN.TOUCHED_AT.lt(ago(DEAD_AFTER)));
        try {
            return database.select(IDEMPOTENT_RUN.CALL_ID, IDEMPOTENT_RUN.BODY_HASH, IDEMPOTENT_RUN.STATE, dead)
                    .from(IDEMPOTENT_RUN)
                    .where(IDEMPOTENT_RUN.TENANT.eq(key.tenant()))
                    .and(IDEMPOTENT_RUN.KEY_HASH.eq(HexFormat.of().parseHex(key.hash())))
                    .and(IDEMPOTENT_RUN.STATE.eq("running").or(IDEMPOTENT_RUN.EXPIRES_AT.ge(DSL.currentInstant())))
                    .fetchOptional()
                    .map(PostgresIdempotentRuns::found);
        } catch (DataAccessException failed) {
            throw new Unavailable(failed);
        }
    }

    private static FoundRun found(Record4<UUID, byte[], String, Boolean> row) {
        FoundRun.State state = FoundRun.State.valueOf(row.value3().toUpperCase(Locale.ROOT));
        boolean dead = state == FoundRun.State.RUNNING && row.value4();
        return new FoundRun(row.value1(), row.value2(), dead ? FoundRun.State.DEAD : state);
    }

    @Override
    public Living living(IdempotentRun.Key key, UUID call) {
        living.put(call, key);
        return () -> living.remove(call);
    }

    /**
     * Says of this replica's runs that they live; nothing is written while there are none.
     *
     * @throws DataAccessException if the database does not answer; the next run tries again
     */
    public void touch() {
        List<UUID> calls = List.copyOf(living.keySet());
        if (calls.isEmpty()) {
            return;
        }
        List<String> tenants = living.values().stream()
                .map(IdempotentRun.Key::tenant)
                .distinct()
                .toList();
        database.update(IDEMPOTENT_RUN)
                .set(IDEMPOTENT_RUN.TOUCHED_AT, DSL.currentInstant())
                .where(IDEMPOTENT_RUN.TENANT.in(tenants))
                .and(IDEMPOTENT_RUN.CALL_ID.in(calls))
                .and(IDEMPOTENT_RUN.STATE.eq("running"))
                .execute();
    }

    /**
     * Forgets what has expired; a run that died and that nobody repeated, with the rest. What it held has long been charged.
     *
     * @throws DataAccessException if the database does not answer; the next run tries again
     */
    public void sweep() {
        int swept = SWEPT_AT_ONCE;
        for (int i = 0; i < MOST_SWEEPS && swept == SWEPT_AT_ONCE; i++) {
            swept = database.deleteFrom(IDEMPOTENT_RUN)
                    .where(DSL.row(IDEMPOTENT_RUN.TENANT, IDEMPOTENT_RUN.KEY_HASH)
                            .in(DSL.select(IDEMPOTENT_RUN.TENANT, IDEMPOTENT_RUN.KEY_HASH)
                                    .from(IDEMPOTENT_RUN)
                                    .where(IDEMPOTENT_RUN.EXPIRES_AT.lt(DSL.currentInstant()))
                                    .and(IDEMPOTENT_RUN
                                            .STATE
                                            .ne("running")
                                            .or(IDEMPOTENT_RUN.TOUCHED_AT.lt(ago(Duration.ofHours(1)))))
                                    .limit(SWEPT_AT_ONCE)
                                    .forUpdate()
                                    .skipLocked()))
                    .execute();
        }
    }

    private static Field<Instant> ago(Duration time) {
        return DSL.field("now() - {0} * interval '1 second'", Instant.class, DSL.inline(time.toSeconds()));
    }
}
