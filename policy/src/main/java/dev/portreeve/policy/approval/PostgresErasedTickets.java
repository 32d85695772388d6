package dev.portreeve.policy.approval;

import static dev.portreeve.db.policy.Tables.APPROVAL;
import static dev.portreeve.db.policy.Tables.STANDING_APPROVAL;

import dev.portreeve.policy.notice.PostgresErasedNotices;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;

/**
 * Takes what a member asked for out of tickets that are over: arguments and messages. That somebody asked, for which tool, who
 * decided and why, stays. Thread-safe; blocks.
 */
public final class PostgresErasedTickets {
    private static final List<String> LIVING = List.of("pending", "approved");
    private static final byte[] NOTHING = "{}".getBytes(StandardCharsets.UTF_8);
    private static final int AT_ONCE = 1000;
    private final DSLContext db;
    private final PostgresErasedNotices notices;

    public PostgresErasedTickets(DataSource database) {
        this.db = DSL.using(database, SQLDialect.POSTGRES);
        this.notices = new PostgresErasedNotices(database);
    }

    /** Erases; gives how many tickets had something. */
    public int erase(String tenant, String member) {
        int all = 0;
        List<UUID> tickets;
        do {
            tickets = db.select(APPROVAL.ID)
                    .from(APPROVAL)
                    .where(APPROVAL.TENANT.eq(tenant), APPROVAL.MEMBER.eq(member), APPROVAL.STATE.notIn(LIVING))
                    .and(APPROVAL.ARGUMENTS.ne(NOTHING).or(APPROVAL.EDITED_ARGUMENTS.ne(NOTHING)))
                    .limit(AT_ONCE)
                    .fetch(APPROVAL.ID);
            int emptied = notices.erase(tenant, tickets);
            if (!tickets.isEmpty() || emptied > 0) {
                db.update(APPROVAL)
                        .set(APPROVAL.ARGUMENTS, NOTHING)
                        .set(
                                APPROVAL.EDITED_ARGUMENTS,
                                DSL.when(APPROVAL.EDITED_ARGUMENTS.isNotNull(), DSL.val(NOTHING)))
                        .where(APPROVAL.TENANT.eq(tenant), APPROVAL.ID.in(tickets))
                        .execute();
            }
            all += tickets.size();
        } while (tickets.size() == AT_ONCE);
        db.update(STANDING_APPROVAL)
                .set(STANDING_APPROVAL.CONDITION, "erased")
                .where(STANDING_APPROVAL.TENANT.eq(tenant), STANDING_APPROVAL.MEMBER.eq(member))
                .and(STANDING_APPROVAL.STATE.ne("in_force"))
                .execute();
        return all;
    }

    /** How many tickets still wait for somebody or for their call, and keep what was asked until that is over. */
    public int open(String tenant, String member) {
        return db.fetchCount(
                APPROVAL, APPROVAL.TENANT.eq(tenant), APPROVAL.MEMBER.eq(member), APPROVAL.STATE.in(LIVING));
    }
}
