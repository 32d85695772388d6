package dev.portreeve.audit.retention;

import static dev.portreeve.db.audit.Tables.HOLD;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.DirectRecords;
import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.Facts;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;

/** Legal holds in PostgreSQL, which refuses to place or end one without its record. Thread-safe; blocks. */
public final class PostgresHolds {
    /** The most that a list shows. */
    public static final int MOST = 1000;

    private final DataSource database;
    private final DirectRecords records;

    public PostgresHolds(DataSource database, DirectRecords records) {
        this.database = database;
        this.records = records;
    }

    /** Places a hold; in force when this returns. */
    public UUID place(Hold.Order order) throws SQLException {
        UUID id = UUID.randomUUID();
        Facts facts = new Facts()
                .put("hold", id.toString())
                .put("reason", order.reason())
                .put("by", order.by());
        if (order.subject() != null) {
            facts.put("held", order.subject());
        }
        if (order.since() != null) {
            facts.put("since", order.since().toString());
        }
        if (order.until() != null) {
            facts.put("until", order.until().toString());
        }
        try (Connection connection = database.getConnection()) {
            return InOneTransaction.of(connection, () -> {
                UUID record =
                        records.write(connection, new AuditEvent(order.tenant(), EventKind.HOLD_PLACED, null, facts));
                DSL.using(connection, SQLDialect.POSTGRES)
                        .insertInto(HOLD)
                        .set(HOLD.TENANT, order.tenant())
                        .set(HOLD.ID, id)
                        .set(HOLD.SUBJECT, order.subject())
                        .set(HOLD.SINCE, order.since())
                        .set(HOLD.UNTIL, order.until())
                        .set(HOLD.REASON, order.reason())
                        .set(HOLD.PLACED_BY, order.by())
                        .set(HOLD.PLACED_IN, record)
                        .execute();
                return id;
            });
        }
    }

    /**
     * Ends a hold.
     *
     * @return false if there is no such hold in force
     * @throws IllegalArgumentException without a reason
     */
    public boolean release(String tenant, UUID id, String reason, String by) throws SQLException {
        Hold.Order.requireReason(reason, by);
        Facts facts =
                new Facts().put("hold", id.toString()).put("reason", reason).put("by", by);
        try (Connection connection = database.getConnection()) {
            return InOneTransaction.of(connection, () -> {
                DSLContext db = DSL.using(connection, SQLDialect.POSTGRES);
                if (!db.fetchExists(HOLD, HOLD.TENANT.eq(tenant), HOLD.ID.eq(id), HOLD.RELEASED_AT.isNull())) {
                    return false;
                }
                UUID record = records.write(connection, new AuditEvent(tenant, EventKind.HOLD_RELEASED, null, facts));
                release(connection, tenant, id, by, reason, record);
                return true;
            });
        }
    }

    private static void release(Connection connection, String tenant, UUID id, String by, String reason, UUID record)
            throws SQLException {
        try (PreparedStatement release = connection.prepareStatement("SELECT audit.release_hold(?, ?, ?, ?, ?)")) {
            release.setString(1, tenant);
            release.setObject(2, id);
            release.setString(3, by);
            release.setString(4, reason);
            release.setObject(5, record);
            try (ResultSet row = release.executeQuery()) {
                if (!row.next() || !row.getBoolean(1)) {
                    throw new SQLException("hold " + id + " was released by somebody else meanwhile");
                }
            }
        }
    }

    /**
     * The holds of a tenant, the newest first; at most {@link #MOST}.
     *
     * @param ended whether those that were released are among them
     */
    public List<Hold> list(String tenant, boolean ended) {
        return DSL.using(database, SQLDialect.POSTGRES)
                .selectFrom(HOLD)
                .where(HOLD.TENANT.eq(tenant))
                .and(ended ? DSL.trueCondition() : HOLD.RELEASED_AT.isNull())
                .orderBy(HOLD.PLACED_AT.desc(), HOLD.ID)
                .limit(MOST)
                .fetch(PostgresHolds::hold);
    }

    private static Hold hold(Record row) {
        return new Hold(
                row.get(HOLD.TENANT),
                row.get(HOLD.ID),
                row.get(HOLD.SUBJECT),
                row.get(HOLD.SINCE),
                row.get(HOLD.UNTIL),
                row.get(HOLD.REASON),
                row.get(HOLD.PLACED_BY),
                row.get(HOLD.PLACED_AT),
                row.get(HOLD.RELEASED_AT) == null
                        ? null
                        : new Hold.Release(
                                row.get(HOLD.RELEASED_AT), row.get(HOLD.RELEASED_BY), row.get(HOLD.RELEASE_REASON)));
    }
}
