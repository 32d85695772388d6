package dev.portreeve.gateway.batch;

import static dev.portreeve.db.gateway.Tables.BATCH;
import static dev.portreeve.db.gateway.Tables.BATCH_ITEM;

import dev.portreeve.db.gateway.tables.records.BatchRecord;
import dev.portreeve.gateway.batch.Batch.State;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.model.BatchPlace.End;
import dev.portreeve.hub.seal.SealedTokens;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Query;
import org.jooq.SQLDialect;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Batches in PostgreSQL, results sealed. Whose turn it is to look after one is decided by the database's clock. */
public final class PostgresBatches implements Batches {
    static final String OPEN = "open";
    private static final int ROWS_AT_ONCE = 500;
    static final List<String> OPEN_STATES = List.of(State.PREPARING.code(), State.SENDING.code(), State.RUNNING.code());
    private static final List<String> TAKEN =
            List.of(State.RUNNING.code(), State.SENDING.code(), State.SETTLED.code(), State.LOST.code());

    private final DSLContext database;
    private final PostgresBatchRows rows;
    private final PostgresBatchTurns turns;

    /** @param keep how long a batch is kept after it was made */
    public PostgresBatches(DataSource database, SealedTokens seal, Duration keep, InstantSource clock) {
        this.database = DSL.using(database, SQLDialect.POSTGRES);
        this.rows = new PostgresBatchRows(seal, keep, clock);
        this.turns = new PostgresBatchTurns(this.database, rows);
    }

    @Override
    public boolean begin(Batch batch, List<HeldItem> items, UUID owner, Duration lease, int mostOpen) {
        return asked(() -> database.transactionResult(scope -> {
            DSLContext transaction = scope.dsl();
            String tenant = batch.owner().tenant();
            // Of two that come at once one would not see the other.
            transaction.execute("SELECT pg_advisory_xact_lock(hashtextextended({0}, 34))", DSL.val(tenant));
            int open = transaction.fetchCount(BATCH, BATCH.TENANT.eq(tenant).and(BATCH.STATE.in(OPEN_STATES)));
            if (open >= mostOpen) {
                return false;
            }
            BatchRecord row = rows.row(batch);
            row.setOwner(owner);
            transaction
                    .insertInto(BATCH)
                    .set(row)
                    .set(BATCH.OWNED_UNTIL, in(lease))
                    .set(BATCH.LOOK_AT, DSL.currentInstant())
                    .execute();
            for (int from = 0; from < items.size(); from += ROWS_AT_ONCE) {
                List<HeldItem> some = items.subList(from, Math.min(items.size(), from + ROWS_AT_ONCE));
                transaction
                        .batchInsert(
                                some.stream().map(item -> rows.row(batch, item)).toList())
                        .execute();
            }
            return true;
        }));
    }

    @Override
    public boolean sending(Batch batch) {
        return change(batch, State.PREPARING, Map.of(BATCH.STATE, State.SENDING.code()));
    }

    @Override
    public boolean running(Batch batch, String providerBatch, Duration lookIn) {
        return change(
                batch,
                State.SENDING,
                Map.of(
                        BATCH.STATE, State.RUNNING.code(),
                        BATCH.PROVIDER_BATCH, providerBatch,
                        BATCH.OWNED_UNTIL, DSL.currentInstant(),
                        BATCH.LOOK_AT, in(lookIn)));
    }

    private boolean change(Batch batch, State from, Map<? extends Field<?>, ?> to) {
        return asked(() -> database.update(BATCH)
                        .set(to)
                        .where(is(batch))
                        .and(BATCH.STATE.eq(from.code()))
                        .execute())
                == 1;
    }

    @Override
    public boolean refused(Batch batch) {
        return asked(() -> database.deleteFrom(BATCH)
                        .where(is(batch))
                        .and(BATCH.STATE.in(State.PREPARING.code(), State.SENDING.code()))
                        .execute())
                == 1;
    }

    @Override
    public Optional<Batch> find(String tenant, String member, UUID id) {
        return asked(() -> database.selectFrom(BATCH)
                .where(BATCH.TENANT.eq(tenant))
                .and(BATCH.ID.eq(id))
                .and(BATCH.MEMBER.eq(member))
                .and(BATCH.STATE.in(TAKEN))
                .fetchOptional(rows::read));
    }

    @Override
    public Page list(
            String tenant, String member, Dialect dialect, @Nullable UUID after, @Nullable UUID before, int limit) {
        Condition within =
                before != null ? BATCH.ID.gt(before) : after == null ? DSL.noCondition() : BATCH.ID.lt(after);
        List<Batch> found = asked(() -> database.selectFrom(BATCH)
                .where(BATCH.TENANT.eq(tenant))
                .and(BATCH.MEMBER.eq(member))
                .and(BATCH.DIALECT.eq(dialect.name()))
                .and(BATCH.STATE.in(TAKEN))
                .and(within)
                .orderBy(before == null ? BATCH.ID.desc() : BATCH.ID.asc())
                .limit(limit + 1)
                .fetch(rows::read));
        boolean more = found.size() > limit;
        List<Batch> page = more ? found.subList(0, limit) : found;
        return new Page(before == null ? page : page.reversed(), more);
    }

    @Override
    public String model(Batch batch) {
        return asked(() -> database.select(BATCH_ITEM.MODEL)
                .from(BATCH_ITEM)
                .where(of(batch))
                .and(BATCH_ITEM.ORDINAL.eq(0))
                .fetchSingle(BATCH_ITEM.MODEL));
    }

    @Override
    public boolean askCancel(Batch batch) {
        return asked(() -> database.update(BATCH)
                        .set(BATCH.CANCEL_ASKED_AT, rows.now())
                        .set(BATCH.LOOK_AT, DSL.currentInstant())
                        .where(is(batch))
                        .and(BATCH.STATE.eq(State.RUNNING.code()))
                        .and(BATCH.CANCEL_ASKED_AT.isNull())
                        .execute())
                == 1;
    }

    @Override
    public void cancelHeard(Batch batch) {
        asked(() -> database.update(BATCH)
                .set(BATCH.CANCEL_HEARD, true)
                .where(is(batch))
                .execute());
    }

    @Override
    public List<Batch> claim(UUID owner, Duration lease, int most) {
        return asked(() -> turns.claim(owner, lease, most));
    }

    @Override
    public boolean renew(Batch batch, UUID owner, Duration lease) {
        return asked(() -> turns.renew(batch, owner, lease));
    }

    @Override
    public void later(Batch batch, UUID owner, Duration lookIn) {
        asked(() -> turns.later(batch, owner, lookIn));
    }

    @Override
    public Optional<HeldItem> item(Batch batch, String customId) {
        return asked(() -> database.selectFrom(BATCH_ITEM)
                .where(of(batch))
                .and(BATCH_ITEM.CUSTOM_ID.eq(customId))
                .fetchOptional(rows::read));
    }

    @Override
    public List<HeldItem> open(Batch batch, int afterOrdinal, int limit) {
        return asked(() -> database.selectFrom(BATCH_ITEM)
                .where(of(batch))
                .and(BATCH_ITEM.STATE.eq(OPEN))
                .and(BATCH_ITEM.ORDINAL.gt(afterOrdinal))
                .orderBy(BATCH_ITEM.ORDINAL)
                .limit(limit)
                .fetch(rows::read));
    }

    @Override
    public void end(Batch batch, List<EndedItem> ended) {
        List<Query> updates = new ArrayList<>();
        for (EndedItem item : ended) {
            updates.add(database.update(BATCH_ITEM)
                    .set(BATCH_ITEM.STATE, code(item.end()))
                    .set(BATCH_ITEM.STATUS, item.status())
                    .set(BATCH_ITEM.SEALED, rows.sealed(batch, item))
                    .where(of(batch))
                    .and(BATCH_ITEM.ORDINAL.eq(item.ordinal()))
                    .and(BATCH_ITEM.STATE.eq(OPEN)));
        }
        asked(() ->
                database.transactionResult(scope -> scope.dsl().batch(updates).execute().length));
    }

    @Override
    public boolean settled(Batch batch) {
        return asked(() -> database.update(BATCH)
                        .set(BATCH.STATE, State.SETTLED.code())
                        .set(BATCH.SETTLED_AT, rows.now())
                        .where(is(batch))
                        .and(BATCH.STATE.eq(State.RUNNING.code()))
                        .and(DSL.notExists(DSL.selectOne()
                                .from(BATCH_ITEM)
                                .where(of(batch))
                                .and(BATCH_ITEM.STATE.eq(OPEN))))
                        .execute())
                == 1;
    }

    @Override
    public boolean lost(Batch batch, byte[] error) {
        return asked(() -> database.transactionResult(scope -> {
            DSLContext transaction = scope.dsl();
            boolean lost = transaction
                            .update(BATCH)
                            .set(BATCH.STATE, State.LOST.code())
                            .set(BATCH.SETTLED_AT, rows.now())
                            .where(is(batch))
                            .and(BATCH.STATE.in(State.SENDING.code(), State.RUNNING.code()))
                            .execute()
                    == 1;
            if (lost) {
                List<Query> ends = new ArrayList<>();
                for (HeldItem item : transaction
                        .selectFrom(BATCH_ITEM)
                        .where(of(batch))
                        .and(BATCH_ITEM.STATE.eq(OPEN))
                        .fetch(rows::read)) {
                    EndedItem end = new EndedItem(item.ordinal(), item.customId(), End.ERRORED, 0, error);
                    ends.add(transaction
                            .update(BATCH_ITEM)
                            .set(BATCH_ITEM.STATE, code(End.ERRORED))
                            .set(BATCH_ITEM.SEALED, rows.sealed(batch, end))
                            .where(of(batch))
                            .and(BATCH_ITEM.ORDINAL.eq(item.ordinal())));
                }
                transaction.batch(ends).execute();
            }
            return lost;
        }));
    }

    @Override
    public Map<End, Integer> counts(Batch batch) {
        Map<End, Integer> counts = new EnumMap<>(End.class);
        asked(() -> database.select(BATCH_ITEM.STATE, DSL.count())
                        .from(BATCH_ITEM)
                        .where(of(batch))
                        .and(BATCH_ITEM.STATE.ne(OPEN))
                        .groupBy(BATCH_ITEM.STATE)
                        .fetch())
                .forEach(row -> counts.put(end(row.value1()), row.value2()));
        return counts;
    }

    @Override
    public List<EndedItem> ended(Batch batch, int afterOrdinal, int limit) {
        return asked(() -> database.selectFrom(BATCH_ITEM)
                .where(of(batch))
                .and(BATCH_ITEM.STATE.ne(OPEN))
                .and(BATCH_ITEM.ORDINAL.gt(afterOrdinal))
                .orderBy(BATCH_ITEM.ORDINAL)
                .limit(limit)
                .fetch(row -> rows.ended(batch, row)));
    }

    @Override
    public boolean forget(Batch batch) {
        return asked(() -> database.deleteFrom(BATCH)
                        .where(is(batch))
                        .and(BATCH.STATE.notIn(OPEN_STATES))
                        .execute())
                == 1;
    }

    @Override
    public int forget(String tenant, String member) {
        return asked(() -> {
            int forgotten = database.update(BATCH_ITEM)
                    .set(BATCH_ITEM.SEALED, (byte[]) null)
                    .where(BATCH_ITEM.TENANT.eq(tenant))
                    .and(BATCH_ITEM.SEALED.isNotNull())
                    .and(BATCH_ITEM.BATCH_ID.in(DSL.select(BATCH.ID)
                            .from(BATCH)
                            .where(BATCH.TENANT.eq(tenant))
                            .and(BATCH.MEMBER.eq(member))))
                    .execute();
            // What is still to come goes as soon as it is settled.
            database.update(BATCH)
                    .set(BATCH.KEEP_UNTIL, rows.now())
                    .where(BATCH.TENANT.eq(tenant))
                    .and(BATCH.MEMBER.eq(member))
                    .execute();
            return forgotten;
        });
    }

    static String code(End end) {
        return end.name().toLowerCase(Locale.ROOT);
    }

    static @Nullable End end(String state) {
        return state.equals(OPEN) ? null : End.valueOf(state.toUpperCase(Locale.ROOT));
    }

    static Condition is(Batch batch) {
        return BATCH.TENANT.eq(batch.owner().tenant()).and(BATCH.ID.eq(batch.id()));
    }

    private static Condition of(Batch batch) {
        return BATCH_ITEM.TENANT.eq(batch.owner().tenant()).and(BATCH_ITEM.BATCH_ID.eq(batch.id()));
    }

    static Field<Instant> in(Duration time) {
        return DSL.field("now() + {0} * interval '1 millisecond'", Instant.class, DSL.inline(time.toMillis()));
    }

    private static <T> T asked(Supplier<T> statement) {
        try {
            return statement.get();
        } catch (DataAccessException failed) {
            throw new Unavailable(failed);
        }
    }
}
