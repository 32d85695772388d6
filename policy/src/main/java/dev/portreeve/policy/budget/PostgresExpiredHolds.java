package dev.portreeve.policy.budget;

import static dev.portreeve.db.policy.Tables.HELD_CALL;
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
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Finds the holds nobody resolved in time. For one thread. */
final class PostgresExpiredHolds {
    /** How far behind the clock the mark stays: longer than any transaction that makes a hold can be open. */
    private static final Duration MARK_LAG = Duration.ofMinutes(2);
    /** The mark moves in steps, so that a sweep that finds nothing writes nothing. */
    private static final Duration MARK_STEP = Duration.ofMinutes(1);
    /**
     * How far before its last look's end a look begins. A hold is made minutes before it expires, by a transaction of seconds, so whatever
     * expired before a look was there to be seen.
     */
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(10);

    /** Through the indexes (LATERAL): a join would read all postings there ever were. */
    static final String FIND = """
            SELECT h.*
            FROM policy.held_call h
            LEFT JOIN LATERAL (
                SELECT p.call_id FROM policy.later_posting p
                WHERE p.tenant = h.tenant AND p.call_id = h.call_id LIMIT 1) p ON true
            -- Of a call that ended with a ticket, and used nothing.
            LEFT JOIN LATERAL (
                SELECT k.call_id FROM policy.parked_hold k
                WHERE k.tenant = h.tenant AND k.call_id = h.call_id LIMIT 1) k ON true
            WHERE h.resolved IS NULL AND p.call_id IS NULL AND k.call_id IS NULL
                AND h.expires_at < now() AND h.expires_at >= {0}
            ORDER BY h.expires_at LIMIT {1}""";

    /** A clock that was set back does not leave out what is made after it. */
    private static final String SINCE = """
            SELECT now(), greatest(
                (SELECT resolved_before FROM policy.sweep_mark) - {0} * interval '1 second',
                least({1}::timestamptz, now()) - {2} * interval '1 second')""";

    private final DSLContext database;
    /** Until when all that expired is resolved, as far as this replica knows. By the database's clock. */
    private OffsetDateTime lookedTo = OffsetDateTime.parse("2000-01-01T00:00:00Z");

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
            Record span = transaction.fetchSingle(
                    SINCE, DSL.inline(lookBack.toSeconds()), DSL.val(lookedTo), DSL.inline(LOOK_AGAIN.toSeconds()));
            List<Settlement> expired = find(transaction, span.get(1, OffsetDateTime.class), limit);
            if (!expired.isEmpty()) {
                resolve.accept(expired);
            }
            if (expired.size() < limit) {
                lookedTo = span.get(0, OffsetDateTime.class);
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

    private static List<Settlement> find(DSLContext transaction, OffsetDateTime since, int limit) {
        return transaction
                .fetch(FIND, DSL.val(since), DSL.inline(limit))
                .into(HELD_CALL)
                .map(PostgresExpiredHolds::assumed);
    }

    private static Settlement assumed(HeldCallRecord hold) {
        List<WindowKey> windows = new ArrayList<>();
        String[] budgets = hold.getBudgetIds();
        OffsetDateTime[] starts = hold.getWindowStarts();
        // Under no budget, one that ends later has a hold of nothing.
        for (int i = 0; budgets != null && i < budgets.length; i++) {
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
