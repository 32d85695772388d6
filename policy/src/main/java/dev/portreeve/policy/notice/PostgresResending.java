package dev.portreeve.policy.notice;

import static dev.portreeve.db.policy.tables.Notice.NOTICE;

import dev.portreeve.audit.PostingBook;
import dev.portreeve.audit.Transaction;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConnectionProvider;

/** Owes messages anew that were given up. */
final class PostgresResending implements PostingBook<Resending> {
    private static final String GIVEN_UP = "given-up";

    @Override
    public void apply(Transaction transaction, List<Resending> postings) throws SQLException {
        DSLContext rows = DSL.using(new DefaultConnectionProvider(transaction.connection()), SQLDialect.POSTGRES);
        try {
            for (Resending wish : postings) {
                wish.decide(rows.select(NOTICE.TENANT, NOTICE.WAY, NOTICE.ATTEMPTS)
                        .from(NOTICE)
                        .where(NOTICE.ID.eq(wish.id()))
                        .and(NOTICE.STATE.eq(DSL.inline(GIVEN_UP)))
                        .forUpdate()
                        .fetchOne(row -> new Resending.Found(row.value1(), row.value2(), row.value3())));
                rows.update(NOTICE)
                        .set(NOTICE.STATE, "due")
                        .set(NOTICE.ATTEMPTS, 0)
                        .set(NOTICE.NEXT_AT, DSL.field("now()", Instant.class))
                        .where(NOTICE.ID.eq(wish.id()))
                        .and(NOTICE.STATE.eq(DSL.inline(GIVEN_UP)))
                        .execute();
            }
        } catch (DataAccessException failed) {
            throw new SQLException("a message could not be owed anew", failed);
        }
    }
}
