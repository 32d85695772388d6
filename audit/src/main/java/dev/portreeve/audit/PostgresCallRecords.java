package dev.portreeve.audit;

import static dev.portreeve.db.audit.tables.Record.RECORD;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jooq.SelectConditionStep;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** The records of calls over a span of time, oldest first, in pages by key. Thread-safe; every method blocks on the database. */
public final class PostgresCallRecords {
    private static final int PAGE = 2_000;
    /** Ids say the time of the replica that made them; the record's own time is what counts. */
    private static final long SLACK_MILLIS = 3_600_000;

    private static final long VERSION_7 = 0x7000L;
    private static final long VARIANT = 0x8000_0000_0000_0000L;
    private final DSLContext db;

    public PostgresCallRecords(DataSource database) {
        this.db = DSL.using(database, SQLDialect.POSTGRES);
    }

    /** A page of those that open or refuse a call; the first one after {@code null}. An empty page is the end. */
    public List<StoredRecord> decisions(String tenant, Instant since, Instant until, @Nullable UUID after) {
        UUID from = after == null ? beginning(since) : after;
        return records(
                        tenant,
                        RECORD.ID
                                .greaterThan(from)
                                .and(RECORD.AT.greaterOrEqual(since))
                                .and(RECORD.AT.lessThan(until))
                                .and(RECORD.KIND.in(EventKind.CALL_OPENED.code(), EventKind.CALL_REFUSED.code())))
                .orderBy(RECORD.ID)
                .limit(PAGE)
                .fetch(row -> stored(tenant, row));
    }

    /** Those that close calls. */
    public List<StoredRecord> closings(String tenant, Collection<UUID> calls) {
        return calls.isEmpty()
                ? List.of()
                : records(tenant, RECORD.CALL_ID.in(calls).and(RECORD.KIND.eq(EventKind.CALL_CLOSED.code())))
                        .fetch(row -> stored(tenant, row));
    }

    private SelectConditionStep<? extends Record> records(String tenant, Condition which) {
        return db.select(RECORD.ID, RECORD.AT, RECORD.CALL_ID, RECORD.KIND, RECORD.LEAF)
                .from(RECORD)
                .where(RECORD.TENANT.eq(tenant).and(which));
    }

    private static StoredRecord stored(String tenant, Record row) {
        return new StoredRecord(
                tenant,
                row.get(RECORD.ID),
                row.get(RECORD.AT),
                row.get(RECORD.CALL_ID),
                row.get(RECORD.KIND),
                null,
                row.get(RECORD.LEAF));
    }

    private static UUID beginning(Instant since) {
        long millis = Math.max(since.toEpochMilli() - SLACK_MILLIS, 0);
        return new UUID((millis << 16) | VERSION_7, VARIANT);
    }
}
