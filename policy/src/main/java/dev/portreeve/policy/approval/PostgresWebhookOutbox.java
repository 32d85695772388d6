package dev.portreeve.policy.approval;

import static dev.portreeve.db.policy.tables.Approval.APPROVAL;
import static dev.portreeve.db.policy.tables.WebhookDelivery.WEBHOOK_DELIVERY;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.sql.DataSource;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;

/** The outbox in PostgreSQL; replicas take messages past each other's locks. */
public final class PostgresWebhookOutbox implements WebhookOutbox {
    private static final int MAX_ERROR = 200;
    private static final Field<Instant> NOW = DSL.field("now()", Instant.class);
    private static final Condition IS_DUE =
            WEBHOOK_DELIVERY.STATE.eq(DSL.inline("due")).and(WEBHOOK_DELIVERY.NEXT_AT.le(NOW));

    private final DSLContext database;

    public PostgresWebhookOutbox(DataSource database) {
        this.database = DSL.using(database, SQLDialect.POSTGRES);
    }

    @Override
    public List<Due> claim(int limit, Duration lease) {
        giveUpSettled();
        return database.update(WEBHOOK_DELIVERY)
                .set(WEBHOOK_DELIVERY.ATTEMPTS, WEBHOOK_DELIVERY.ATTEMPTS.plus(1))
                .set(WEBHOOK_DELIVERY.NEXT_AT, after(lease))
                .where(DSL.row(WEBHOOK_DELIVERY.TENANT, WEBHOOK_DELIVERY.ID)
                        .in(DSL.select(WEBHOOK_DELIVERY.TENANT, WEBHOOK_DELIVERY.ID)
                                .from(WEBHOOK_DELIVERY)
                                .where(IS_DUE)
                                .orderBy(WEBHOOK_DELIVERY.NEXT_AT)
                                .limit(limit)
                                .forUpdate()
                                .skipLocked()))
                .returning()
                .fetch(row ->
                        new Due(row.getTenant(), row.getId(), row.getEndpoint(), row.getBody(), row.getAttempts()));
    }

    /** Nobody needs to hear of a ticket that no longer waits. */
    private void giveUpSettled() {
        database.update(WEBHOOK_DELIVERY)
                .set(WEBHOOK_DELIVERY.STATE, "given-up")
                .set(WEBHOOK_DELIVERY.LAST_ERROR, "the ticket no longer waits for a decision")
                .where(IS_DUE)
                .andNotExists(DSL.selectOne()
                        .from(APPROVAL)
                        .where(APPROVAL.TENANT.eq(WEBHOOK_DELIVERY.TENANT))
                        .and(APPROVAL.ID.eq(WEBHOOK_DELIVERY.APPROVAL_ID))
                        .and(APPROVAL.STATE.eq("pending"))
                        .and(APPROVAL.EXPIRES_AT.gt(NOW)))
                .execute();
    }

    @Override
    public void delivered(Due message) {
        database.update(WEBHOOK_DELIVERY)
                .set(WEBHOOK_DELIVERY.STATE, "delivered")
                .where(is(message))
                .execute();
    }

    @Override
    public void retry(Due message, Duration after, String error) {
        database.update(WEBHOOK_DELIVERY)
                .set(WEBHOOK_DELIVERY.NEXT_AT, after(after))
                .set(WEBHOOK_DELIVERY.LAST_ERROR, shortened(error))
                .where(is(message))
                .execute();
    }

    @Override
    public void giveUp(Due message, String error) {
        database.update(WEBHOOK_DELIVERY)
                .set(WEBHOOK_DELIVERY.STATE, "given-up")
                .set(WEBHOOK_DELIVERY.LAST_ERROR, shortened(error))
                .where(is(message))
                .execute();
    }

    /** Only while it is this attempt's: after a lease ran out another replica may be at it. */
    private static Condition is(Due message) {
        return WEBHOOK_DELIVERY
                .TENANT
                .eq(message.tenant())
                .and(WEBHOOK_DELIVERY.ID.eq(message.id()))
                .and(WEBHOOK_DELIVERY.ATTEMPTS.eq(message.attempt()));
    }

    private static Field<Instant> after(Duration time) {
        return DSL.field("now() + {0} * interval '1 millisecond'", Instant.class, DSL.val(time.toMillis()));
    }

    private static String shortened(String error) {
        return error.length() <= MAX_ERROR ? error : error.substring(0, MAX_ERROR);
    }
}
