package dev.portreeve.gateway.batch;

import static dev.portreeve.db.gateway.Tables.BATCH;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;

/** Whose turn it is to look after a batch, by the database's clock. Thread-safe. */
final class PostgresBatchTurns {
    private static final int MAX_CLEANED = 20;

    private final DSLContext database;
    private final PostgresBatchRows rows;

    PostgresBatchTurns(DSLContext database, PostgresBatchRows rows) {
        this.database = database;
        this.rows = rows;
    }

    /** As {@link Batches#claim}; forgets some of what is kept long enough, too. */
    List<Batch> claim(UUID owner, Duration lease, int most) {
        clean();
        return database.update(BATCH)
                .set(BATCH.OWNER, owner)
                .set(BATCH.OWNED_UNTIL, PostgresBatches.in(lease))
                .where(DSL.row(BATCH.TENANT, BATCH.ID)
                        .in(DSL.select(BATCH.TENANT, BATCH.ID)
                                .from(BATCH)
                                .where(BATCH.STATE.in(PostgresBatches.OPEN_STATES))
                                .and(BATCH.LOOK_AT.le(DSL.currentInstant()))
                                .and(BATCH.OWNED_UNTIL.le(DSL.currentInstant()))
                                .orderBy(BATCH.LOOK_AT)
                                .limit(most)
                                .forUpdate()
                                .skipLocked()))
                .returning()
                .fetch(rows::read);
    }

    private void clean() {
        database.deleteFrom(BATCH)
                .where(DSL.row(BATCH.TENANT, BATCH.ID)
                        .in(DSL.select(BATCH.TENANT, BATCH.ID)
                                .from(BATCH)
                                .where(BATCH.KEEP_UNTIL.lt(rows.now()))
                                .and(BATCH.STATE.notIn(PostgresBatches.OPEN_STATES))
                                .limit(MAX_CLEANED)))
                .execute();
    }

    /** As {@link Batches#renew}. */
    boolean renew(Batch batch, UUID owner, Duration lease) {
        return database.update(BATCH)
                        .set(BATCH.OWNED_UNTIL, PostgresBatches.in(lease))
                        .where(PostgresBatches.is(batch))
                        .and(BATCH.OWNER.eq(owner))
                        .execute()
                == 1;
    }

    /** As {@link Batches#later}; gives whether it was this gateway's to leave. */
    boolean later(Batch batch, UUID owner, Duration lookIn) {
        return database.update(BATCH)
                        .set(BATCH.OWNED_UNTIL, DSL.currentInstant())
                        .set(BATCH.LOOK_AT, PostgresBatches.in(lookIn))
                        .where(PostgresBatches.is(batch))
                        .and(BATCH.OWNER.eq(owner))
                        .execute()
                == 1;
    }
}
