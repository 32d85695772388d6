package dev.portreeve.policy.replay;

import static dev.portreeve.db.policy.tables.PolicyVersion.POLICY_VERSION;

import dev.portreeve.audit.PostgresCallRecords;
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
    private final PostgresCallRecords records;
    private final DSLContext db;

    public PostgresRecordedCalls(DataSource database) {
        this.records = new PostgresCallRecords(database);
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
        return records.decisions(tenant, span.since(), span.until(), after);
    }

    /** What calls cost that are closed; others are left out. */
    Map<UUID, NanoUsd> costs(String tenant, Collection<UUID> calls) {
        Map<UUID, NanoUsd> costs = new HashMap<>();
        for (StoredRecord closed : records.closings(tenant, calls)) {
            UUID call = closed.callId();
            String cost = LeafTree.of(closed.leaf()).text("cost_usd");
            if (call != null && cost != null) {
                costs.put(call, NanoUsd.ofUsd(cost));
            }
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
}
