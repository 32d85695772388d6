package dev.portreeve.audit;

import static dev.portreeve.db.audit.Tables.RECORD;
import static dev.portreeve.db.audit.Tables.SEQUENCE;
import static org.jooq.impl.DSL.row;

import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.Result;
import org.jooq.SQLDialect;
import org.jooq.SelectWhereStep;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Records from PostgreSQL. Pages by key, so the hundredth costs what the first does. */
public final class PostgresAuditReader implements AuditReader {
    private static final String SEPARATOR = ".";
    private final DSLContext db;

    /**
     * @param database a bounded pool is right here: each method takes one connection for one statement
     */
    public PostgresAuditReader(DataSource database) {
        this.db = DSL.using(database, SQLDialect.POSTGRES);
    }

    @Override
    public Page newest(@Nullable String after, int limit) {
        Condition older = DSL.trueCondition();
        if (after != null) {
            try {
                int dot = after.indexOf(SEPARATOR);
                older = row(RECORD.TXID, RECORD.POSITION)
                        .lessThan(Long.valueOf(after.substring(0, dot)), Long.valueOf(after.substring(dot + 1)));
            } catch (NumberFormatException | IndexOutOfBoundsException e) {
                throw noPlace(after, e);
            }
        }
        int size = size(limit);
        Result<? extends Record> rows = records()
                .where(older)
                .orderBy(RECORD.TXID.desc(), RECORD.POSITION.desc())
                .limit(size)
                .fetch();
        String next = rows.size() < size
                ? null
                : rows.getLast().get(RECORD.TXID) + SEPARATOR + rows.getLast().get(RECORD.POSITION);
        return new Page(rows.map(PostgresAuditReader::stored), next);
    }

    @Override
    public Page newest(String tenant, @Nullable String after, int limit) {
        Condition older = RECORD.TENANT.eq(tenant);
        if (after != null) {
            try {
                older = older.and(RECORD.ID.lessThan(UUID.fromString(after)));
            } catch (IllegalArgumentException e) {
                throw noPlace(after, e);
            }
        }
        int size = size(limit);
        List<StoredRecord> records =
                records().where(older).orderBy(RECORD.ID.desc()).limit(size).fetch(PostgresAuditReader::stored);
        return new Page(
                records, records.size() < size ? null : records.getLast().id().toString());
    }

    @Override
    public List<StoredRecord> ofCall(String tenant, UUID callId) {
        return records()
                .where(RECORD.TENANT.eq(tenant), RECORD.CALL_ID.eq(callId))
                .orderBy(RECORD.TXID, RECORD.POSITION)
                .limit(LARGEST_PAGE)
                .fetch(PostgresAuditReader::stored);
    }

    @Override
    public @Nullable StoredRecord find(String tenant, UUID recordId) {
        return records().where(RECORD.TENANT.eq(tenant), RECORD.ID.eq(recordId)).fetchOne(PostgresAuditReader::stored);
    }

    @Override
    public boolean isClosed(String tenant, UUID callId) {
        return db.fetchExists(
                RECORD,
                RECORD.TENANT.eq(tenant),
                RECORD.CALL_ID.eq(callId),
                RECORD.KIND.eq(EventKind.CALL_CLOSED.code()));
    }

    private SelectWhereStep<? extends Record> records() {
        return db.select(
                        RECORD.TENANT,
                        RECORD.ID,
                        RECORD.AT,
                        RECORD.CALL_ID,
                        RECORD.KIND,
                        RECORD.LEAF,
                        RECORD.TXID,
                        RECORD.POSITION,
                        SEQUENCE.INDEX)
                .from(RECORD)
                .leftJoin(SEQUENCE)
                .on(SEQUENCE.TENANT.eq(RECORD.TENANT), SEQUENCE.RECORD_ID.eq(RECORD.ID));
    }

    private static StoredRecord stored(Record row) {
        return new StoredRecord(
                row.get(RECORD.TENANT),
                row.get(RECORD.ID),
                row.get(RECORD.AT),
                row.get(RECORD.CALL_ID),
                row.get(RECORD.KIND),
                row.get(SEQUENCE.INDEX),
                row.get(RECORD.LEAF));
    }

    private static int size(int limit) {
        return Math.clamp(limit, 1, LARGEST_PAGE);
    }

    private static IllegalArgumentException noPlace(String after, RuntimeException cause) {
        return new IllegalArgumentException(
                "\"" + after + "\" is not a place in the records: take it from the page before", cause);
    }
}
