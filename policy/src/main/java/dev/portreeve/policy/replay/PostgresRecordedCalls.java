package dev.portreeve.policy.replay;

import static dev.portreeve.db.audit.tables.Record.RECORD;
import static dev.portreeve.db.policy.tables.PolicyVersion.POLICY_VERSION;

import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.StoredRecord;
import dev.portreeve.policy.call.NanoUsd;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * The records that replay reads: those with decisions, page by page in the order of their ids, and what the calls cost. Blocks on the
 * database; holds a page at a time.
 */
public final class PostgresRecordedCalls {
    private static final int PAGE = 2_000;
    /** Ids say the time of the replica that made them; the record's own time is what counts. */
    private static final long SLACK_MILLIS = 3_600_000;

    private static final long VERSION_7 = 0x7000L;
    private static final long VARIANT = 0x8000_0000_0000_0000L;
    private final DSLContext db;

    public PostgresRecordedCalls(DataSource database) {
        this.db = DSL.using(database, SQLDialect.POSTGRES);
    }

    /**
     * Which records are read.
     *
     * @param tenant {@code null} for all
     */
    public record Span(@Nullable String tenant, Instant since, Instant until) {}

    /** Whose records there are. */
    List<String> tenants() {
        return db.selectDistinct(dev.portreeve.db.policy.tables.Tenant.TENANT.ID)
                .from(dev.portreeve.db.policy.tables.Tenant.TENANT)
                .orderBy(1)
                .fetch(0, String.class);
    }

    /** The page after a record; the first one after {@code null}. An empty page is the end. */
    List<StoredRecord> page(String tenant, Span span, @Nullable UUID after) {
        UUID from = after == null ? beginning(span.since()) : after;
        return db.select(RECORD.ID, RECORD.AT, RECORD.CALL_ID, RECORD.KIND, RECORD.LEAF)
                .from(RECORD)
                .where(
                        RECORD.TENANT.eq(tenant),
                        RECORD.ID.greaterThan(from),
                        RECORD.AT.greaterOrEqual(span.since()),
                        RECORD.AT.lessThan(span.until()),
                        RECORD.KIND.in(EventKind.CALL_OPENED.code(), EventKind.CALL_REFUSED.code()))
                .orderBy(RECORD.ID)
                .limit(PAGE)
                .fetch(row -> new StoredRecord(
                        tenant,
                        row.get(RECORD.ID),
                        row.get(RECORD.AT),
                        row.get(RECORD.CALL_ID),
                        row.get(RECORD.KIND),
                        null,
                        row.get(RECORD.LEAF)));
    }

    /** What calls cost that are closed; others are left out. */
    Map<UUID, NanoUsd> costs(String tenant, Collection<UUID> calls) {
        Map<UUID, NanoUsd> costs = new HashMap<>();
        if (!calls.isEmpty()) {
            db.select(RECORD.CALL_ID, RECORD.LEAF)
                    .from(RECORD)
                    .where(
                            RECORD.TENANT.eq(tenant),
                            RECORD.CALL_ID.in(calls),
                            RECORD.KIND.eq(EventKind.CALL_CLOSED.code()))
                    .forEach(row -> {
                        String cost = LeafTree.of(row.get(RECORD.LEAF)).text("cost_usd");
                        if (cost != null) {
                            costs.put(row.get(RECORD.CALL_ID), NanoUsd.ofUsd(cost));
                        }
                    });
        }
        return costs;
    }

    /** The document of a version; {@code null} if nobody kept it. */
    @Nullable
    String document(String version) {
        return db.select(POLICY_VERSION.DOCUMENT)
                .from(POLICY_VERSION)
                .where(POLICY_VERSION.VERSION.eq(version))
                .fetchOne(POLICY_VERSION.DOCUMENT);
    }

    private static UUID beginning(Instant since) {
        long millis = Math.max(since.toEpochMilli() - SLACK_MILLIS, 0);
        return new UUID((millis << 16) | VERSION_7, VARIANT);
    }
}
