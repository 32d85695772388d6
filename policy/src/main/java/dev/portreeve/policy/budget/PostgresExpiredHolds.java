package dev.portreeve.policy.budget;

import static dev.portreeve.db.policy.Tables.HELD_CALL;
import static dev.portreeve.db.policy.Tables.LATER_POSTING;
import static dev.portreeve.db.policy.Tables.PARKED_HOLD;
import static dev.portreeve.db.policy.Tables.SWEEP_MARK;

import dev.portreeve.db.policy.tables.records.HeldCallRecord;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Finds the holds nobody resolved in time. */
final class PostgresExpiredHolds {
    /** How far behind the clock the mark stays: longer than any transaction that makes a hold can be open. */
    private static final Duration MARK_LAG = Duration.ofMinutes(2);
    /** The mark moves in steps, so that a sweep that finds nothing writes nothing. */
    private static final Duration MARK_STEP = Duration.ofMinutes(1);

    private final DSLContext database;

    PostgresExpiredHolds(DataSource database) {
        this.database = DSL.using(database, SQLDialect.POSTGRES);
    }

    /**
     * Gives the expired holds without a posting, oldest first, to {@code resolve}, which returns once they are resolved. One
     * replica at a time; the others find nothing to do meanwhile.
     *
     * @param lookBack how long before the mark to look as well
     * @return how many there were, at most {@code limit}
     */
    int sweep(int limit, Duration lookBack, Consumer<List<Settlement>> resolve) {
        AtomicInteger count = new AtomicInteger();
        database.transaction(scope -> {
            DSLContext transaction = scope.dsl();
            if (!elected(transaction)) {
                return;
            }
            List<Settlement> expired = find(transaction, limit, lookBack);
            if (!expired.isEmpty()) {
                resolve.accept(expired);
            }
            if (expired.size() < limit) {
                advance(transaction);
            }
            count.set(expired.size());
        });
        return count.get();
    }

    private static boolean elected(DSLContext transaction) {
        Field<Boolean> lock = DSL.field(
                "pg_try_advisory_xact_lock(hashtextextended({0}, 0))", Boolean.class, DSL.inline("portreeve.sweeper"));
        return Boolean.TRUE.equals(transaction.select(lock).fetchOne(lock));
    }

    private static List<Settlement> find(DSLContext transaction, int limit, Duration lookBack) {
        Field<Instant> from = DSL.field(
                "{0} - {1} * interval '1 second'",
                Instant.class,
                DSL.select(SWEEP_MARK.RESOLVED_BEFORE).from(SWEEP_MARK).asField(),
                DSL.inline(lookBack.toSeconds()));
        return transaction
                .select(HELD_CALL.asterisk())
                .from(HELD_CALL)
                .leftAntiJoin(LATER_POSTING)
                .on(LATER_POSTING.TENANT.eq(HELD_CALL.TENANT).and(LATER_POSTING.CALL_ID.eq(HELD_CALL.CALL_ID)))
                // Of a call that ended with a ticket, and used nothing.
                .where(DSL.notExists(DSL.selectOne()
                        .from(PARKED_HOLD)
                        .where(PARKED_HOLD.TENANT.eq(HELD_CALL.TENANT), PARKED_HOLD.CALL_ID.eq(HELD_CALL.CALL_ID))))
                .and(HELD_CALL.RESOLVED.isNull())
                .and(HELD_CALL.EXPIRES_AT.lt(DSL.currentInstant()).and(HELD_CALL.EXPIRES_AT.ge(from)))
                .orderBy(HELD_CALL.EXPIRES_AT)
                .limit(limit)
                .fetchInto(HELD_CALL)
                .map(PostgresExpiredHolds::assumed);
    }

    private static Settlement assumed(HeldCallRecord hold) {
        List<WindowKey> windows = new ArrayList<>();
        String[] budgets = hold.getBudgetIds();
        OffsetDateTime[] starts = hold.getWindowStarts();
        for (int i = 0; i < budgets.length; i++) {
            windows.add(new WindowKey(hold.getTenant(), budgets[i], starts[i].toInstant()));
        }
        return Settlement.assumed(
                hold.getTenant(),
                hold.getCallId(),
                windows,
                Amounts.of(hold.getAmountNanos(), each(hold.getAmounts())));
    }

    private static long @Nullable [] each(Long @Nullable [] stored) {
        return stored == null
                ? null
                : Stream.of(stored).mapToLong(Long::longValue).toArray();
    }

    private static void advance(DSLContext transaction) {
        Field<Instant> mark = ago(MARK_LAG);
        transaction
                .update(SWEEP_MARK)
                .set(SWEEP_MARK.RESOLVED_BEFORE, mark)
                .where(SWEEP_MARK.RESOLVED_BEFORE.lt(ago(MARK_LAG.plus(MARK_STEP))))
                .execute();
    }

    private static Field<Instant> ago(Duration time) {
        return DSL.field("now() - {0} * interval '1 second'", Instant.class, DSL.inline(time.toSeconds()));
    }
}
