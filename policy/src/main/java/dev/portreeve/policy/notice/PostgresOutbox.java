package dev.portreeve.policy.notice;

import static dev.portreeve.db.policy.tables.Approval.APPROVAL;
import static dev.portreeve.db.policy.tables.Notice.NOTICE;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;

/** The outbox in PostgreSQL; replicas take messages past each other's locks. */
public final class PostgresOutbox implements Outbox {
    private static final int MAX_ERROR = 200;
    private static final int FORGOTTEN_AT_ONCE = 1000;
    private static final Field<Instant> NOW = DSL.field("now()", Instant.class);
    private static final Condition IS_DUE = NOTICE.STATE.eq(DSL.inline("due")).and(NOTICE.NEXT_AT.le(NOW));

    private final DSLContext database;

    public PostgresOutbox(DataSource database) {
        this.database = DSL.using(database, SQLDialect.POSTGRES);
    }

    /** Makes messages due, in the transaction of what they speak of. */
    public static void owe(DSLContext transaction, String tenant, List<Notice> notices) {
        for (Notice notice : notices) {
            transaction
                    .insertInto(NOTICE)
                    .set(NOTICE.TENANT, tenant)
                    .set(NOTICE.ID, notice.id())
                    .set(NOTICE.APPROVAL_ID, notice.ticket())
                    .set(NOTICE.WAY, notice.way().code())
                    .set(NOTICE.ENDPOINT, notice.endpoint())
                    .set(NOTICE.BODY, notice.body())
                    .set(NOTICE.STATE, "due")
                    .execute();
        }
    }

    @Override
    public List<Due> claim(Way way, int limit, Duration lease) {
        giveUpSettled();
        return database.update(NOTICE)
                .set(NOTICE.ATTEMPTS, NOTICE.ATTEMPTS.plus(1))
                .set(NOTICE.NEXT_AT, after(lease))
                .where(DSL.row(NOTICE.TENANT, NOTICE.ID)
                        .in(DSL.select(NOTICE.TENANT, NOTICE.ID)
                                .from(NOTICE)
                                .where(IS_DUE.and(NOTICE.WAY.eq(way.code())))
                                .orderBy(NOTICE.NEXT_AT)
                                .limit(limit)
                                .forUpdate()
                                .skipLocked()))
                .returning()
                .fetch(row -> new Due(
                        row.getTenant(),
                        row.getId(),
                        row.getApprovalId(),
                        row.getEndpoint(),
                        row.getBody(),
                        row.getAttempts()));
    }

    /** Nobody needs to hear of a ticket that no longer waits. */
    private void giveUpSettled() {
        database.update(NOTICE)
                .set(NOTICE.STATE, "settled")
                .set(NOTICE.LAST_ERROR, "the ticket no longer waits for a decision")
                .where(IS_DUE.and(NOTICE.APPROVAL_ID.isNotNull()))
                .andNotExists(DSL.selectOne()
                        .from(APPROVAL)
                        .where(APPROVAL.TENANT.eq(NOTICE.TENANT))
                        .and(APPROVAL.ID.eq(NOTICE.APPROVAL_ID))
                        .and(APPROVAL.STATE.eq("pending"))
                        .and(APPROVAL.EXPIRES_AT.gt(NOW)))
                .execute();
    }

    @Override
    public void delivered(Due message) {
        database.update(NOTICE)
                .set(NOTICE.STATE, "delivered")
                .where(is(message))
                .execute();
    }

    @Override
    public void retry(Due message, Duration after, String error) {
        database.update(NOTICE)
                .set(NOTICE.NEXT_AT, after(after))
                .set(NOTICE.LAST_ERROR, shortened(error))
                .where(is(message))
                .execute();
    }

    @Override
    public void giveUp(Due message, String error) {
        database.update(NOTICE)
                .set(NOTICE.STATE, "given-up")
                .set(NOTICE.NEXT_AT, NOW)
                .set(NOTICE.LAST_ERROR, shortened(error))
                .where(is(message))
                .execute();
    }

    @Override
    public List<DeadLetter> dead(int limit) {
        return database.selectFrom(NOTICE)
                .where(NOTICE.STATE.eq(DSL.inline("given-up")))
                .orderBy(NOTICE.NEXT_AT.desc(), NOTICE.ID)
                .limit(limit)
                .fetch(row -> new DeadLetter(
                        row.getId(),
                        row.getTenant(),
                        row.getWay(),
                        row.getEndpoint(),
                        row.getApprovalId(),
                        row.getAttempts(),
                        row.getOwedAt(),
                        row.getNextAt(),
                        row.getLastError()));
    }

    @Override
    public boolean resend(UUID id) {
        return database.update(NOTICE)
                        .set(NOTICE.STATE, "due")
                        .set(NOTICE.ATTEMPTS, 0)
                        .set(NOTICE.NEXT_AT, NOW)
                        .where(NOTICE.ID.eq(id))
                        .and(NOTICE.STATE.eq(DSL.inline("given-up")))
                        .execute()
                > 0;
    }

    @Override
    public int forget(Duration age) {
        Condition old = NOTICE.STATE
                .ne(DSL.inline("due"))
                .and(NOTICE.NEXT_AT.lt(
                        DSL.field("now() - {0} * interval '1 second'", Instant.class, DSL.val(age.toSeconds()))));
        return database.deleteFrom(NOTICE)
                .where(DSL.row(NOTICE.TENANT, NOTICE.ID)
                        .in(DSL.select(NOTICE.TENANT, NOTICE.ID)
                                .from(NOTICE)
                                .where(old)
                                .orderBy(NOTICE.NEXT_AT)
                                .limit(FORGOTTEN_AT_ONCE)
                                .forUpdate()
                                .skipLocked()))
                .execute();
    }

    /** Only while it is this attempt's: after a lease ran out another replica may be at it. */
    private static Condition is(Due message) {
        return NOTICE.TENANT
                .eq(message.tenant())
                .and(NOTICE.ID.eq(message.id()))
                .and(NOTICE.ATTEMPTS.eq(message.attempt()));
    }

    private static Field<Instant> after(Duration time) {
        return DSL.field("now() + {0} * interval '1 millisecond'", Instant.class, DSL.val(time.toMillis()));
    }

    private static String shortened(String error) {
        return error.length() <= MAX_ERROR ? error : error.substring(0, MAX_ERROR);
    }
}
