package dev.portreeve.policy.notice;

import static dev.portreeve.db.policy.Tables.NOTICE;

import java.util.Collection;
import java.util.UUID;
import javax.sql.DataSource;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;

/** Empties messages about tickets. Thread-safe; blocks. */
public final class PostgresErasedNotices {
    private static final String DUE = "due";
    private final DataSource database;

    public PostgresErasedNotices(DataSource database) {
        this.database = database;
    }

    /** Empties the messages about these tickets that are no longer on their way; gives how many. None of them is sent again. */
    public int erase(String tenant, Collection<UUID> tickets) {
        return tickets.isEmpty()
                ? 0
                : DSL.using(database, SQLDialect.POSTGRES)
                        .update(NOTICE)
                        .set(NOTICE.BODY, new byte[0])
                        .set(
                                NOTICE.STATE,
                                DSL.when(NOTICE.STATE.eq("given-up"), "settled").otherwise(NOTICE.STATE))
                        .where(NOTICE.TENANT.eq(tenant), NOTICE.APPROVAL_ID.in(tickets), NOTICE.STATE.ne(DUE))
                        .execute();
    }
}
