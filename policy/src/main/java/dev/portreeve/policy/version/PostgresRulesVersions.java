package dev.portreeve.policy.version;

import static dev.portreeve.db.policy.tables.Revision.REVISION;
import static dev.portreeve.db.policy.tables.RulesVersion.RULES_VERSION;

import dev.portreeve.audit.PostingBook;
import dev.portreeve.audit.Transaction;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConnectionProvider;
import org.jspecify.annotations.Nullable;

/**
 * The versions, in PostgreSQL. {@link #apply} belongs to the journal's writer; what reads may be called from any thread, blocks on the
 * database and throws {@link DataAccessException} if that does not answer.
 */
final class PostgresRulesVersions implements PostingBook<RulesPosting> {
    /** How many drafts may wait: more is no drafting. */
    static final int MAX_DRAFTS = 100;

    private static final String SUBJECT = "rules";
    private static final Field<Instant> NOW = DSL.field("clock_timestamp()", Instant.class);
    private static final List<Field<?>> HEAD = List.of(
            RULES_VERSION.NUMBER,
            RULES_VERSION.PARENT,
            RULES_VERSION.COPY_OF,
            RULES_VERSION.DIGEST,
            RULES_VERSION.RULE_COUNT,
            RULES_VERSION.AUTHOR,
            RULES_VERSION.REASON,
            RULES_VERSION.DRAFTED_AT,
            RULES_VERSION.STATE,
            RULES_VERSION.PUBLISHED_BY,
            RULES_VERSION.PUBLISHED_AT,
            RULES_VERSION.ENDED_BY,
            RULES_VERSION.ENDED_AT);

    private final DSLContext reads;

    PostgresRulesVersions(DataSource database) {
        this.reads = DSL.using(database, SQLDialect.POSTGRES);
    }

    @Override
    public void apply(Transaction transaction, List<RulesPosting> postings) throws SQLException {
        DSLContext sql = DSL.using(new DefaultConnectionProvider(transaction.connection()), SQLDialect.POSTGRES);
        try {
            // Whoever changes versions waits here for whoever else does, so that one of two publishers sees the
            // other's.
            sql.selectOne()
                    .from(REVISION)
                    .where(REVISION.SUBJECT.eq(SUBJECT))
                    .forUpdate()
                    .execute();
            for (RulesPosting posting : postings) {
                posting.decide(apply(sql, posting.order()));
            }
        } catch (DataAccessException failed) {
            SQLException cause = failed.getCause(SQLException.class);
            throw cause == null ? new SQLException("a version of the rules could not be changed", failed) : cause;
        }
    }

    private static RulesResult apply(DSLContext sql, RulesOrder order) {
        return switch (order) {
            case RulesOrder.Draft draft -> draft(sql, draft);
            case RulesOrder.Publish publish -> publish(sql, publish);
            case RulesOrder.Rollback rollback -> rollback(sql, rollback);
            case RulesOrder.Withdraw withdraw -> withdraw(sql, withdraw);
        };
    }

    private static RulesResult draft(DSLContext sql, RulesOrder.Draft draft) {
        if (draft.parent() != 0 && head(sql, draft.parent()).isEmpty()) {
            return new RulesResult.Unknown(draft.parent());
        }
        if (sql.fetchCount(RULES_VERSION, RULES_VERSION.STATE.eq(RulesVersion.State.DRAFT.code())) >= MAX_DRAFTS) {
            return new RulesResult.TooManyDrafts(MAX_DRAFTS);
        }
        long number = next(sql);
        insert(sql, number, draft.parent(), null, draft.content(), draft.by(), draft.reason());
        return done(sql, number);
    }

    private static RulesResult publish(DSLContext sql, RulesOrder.Publish publish) {
        Optional<RulesVersion> found = head(sql, publish.number());
        if (found.isEmpty()) {
            return new RulesResult.Unknown(publish.number());
        }
        RulesVersion version = found.get();
        if (version.state() != RulesVersion.State.DRAFT) {
            return new RulesResult.NoDraft(version);
        }
        if (publish.twoPeople() && version.author().equals(publish.by())) {
            return new RulesResult.SamePerson(version);
        }
        long inForce = inForce(sql);
        if (version.parent() != inForce) {
            return new RulesResult.Outdated(version.parent(), inForce);
        }
        putInForce(sql, publish.number(), publish.by());
        return done(sql, publish.number());
    }

    private static RulesResult rollback(DSLContext sql, RulesOrder.Rollback rollback) {
        long inForce = inForce(sql);
        if (rollback.inForce() != inForce) {
            return new RulesResult.Outdated(rollback.inForce(), inForce);
        }
        long number = next(sql);
        insert(sql, number, inForce, rollback.of(), rollback.content(), rollback.by(), rollback.reason());
        putInForce(sql, number, rollback.by());
        return done(sql, number);
    }

    private static RulesResult withdraw(DSLContext sql, RulesOrder.Withdraw withdraw) {
        Optional<RulesVersion> found = head(sql, withdraw.number());
        if (found.isEmpty()) {
            return new RulesResult.Unknown(withdraw.number());
        }
        if (found.get().state() != RulesVersion.State.DRAFT) {
            return new RulesResult.NoDraft(found.get());
        }
        end(sql, withdraw.number(), RulesVersion.State.WITHDRAWN, withdraw.by());
        return done(sql, withdraw.number());
    }

    private static void insert(
            DSLContext sql,
            long number,
            long parent,
            @Nullable Long copyOf,
            RulesOrder.Content content,
            String author,
            String reason) {
        sql.insertInto(RULES_VERSION)
                .set(RULES_VERSION.NUMBER, number)
                .set(RULES_VERSION.PARENT, parent)
                .set(RULES_VERSION.COPY_OF, copyOf)
                .set(RULES_VERSION.DIGEST, content.digest())
                .set(RULES_VERSION.RULE_COUNT, content.rules())
                .set(RULES_VERSION.SOURCE, content.text().source())
                .set(RULES_VERSION.SCENARIOS, content.text().scenarios())
                .set(RULES_VERSION.AUTHOR, author)
                .set(RULES_VERSION.REASON, reason)
                .set(RULES_VERSION.STATE, RulesVersion.State.DRAFT.code())
                .execute();
    }

    private static void putInForce(DSLContext sql, long number, String by) {
        long before = inForce(sql);
        if (before != 0) {
            end(sql, before, RulesVersion.State.SUPERSEDED, by);
        }
        sql.update(RULES_VERSION)
                .set(RULES_VERSION.STATE, RulesVersion.State.PUBLISHED.code())
                .set(RULES_VERSION.PUBLISHED_BY, by)
                .set(RULES_VERSION.PUBLISHED_AT, NOW)
                .where(RULES_VERSION.NUMBER.eq(number))
                .execute();
    }

    private static void end(DSLContext sql, long number, RulesVersion.State state, String by) {
        sql.update(RULES_VERSION)
                .set(RULES_VERSION.STATE, state.code())
                .set(RULES_VERSION.ENDED_BY, by)
                .set(RULES_VERSION.ENDED_AT, NOW)
                .where(RULES_VERSION.NUMBER.eq(number))
                .execute();
    }

    private static long next(DSLContext sql) {
        Long last =
                sql.select(DSL.max(RULES_VERSION.NUMBER)).from(RULES_VERSION).fetchOne(0, Long.class);
        return last == null ? 1 : last + 1;
    }

    private static long inForce(DSLContext sql) {
        Long number = sql.select(RULES_VERSION.NUMBER)
                .from(RULES_VERSION)
                .where(isInForce())
                .fetchOne(RULES_VERSION.NUMBER);
        return number == null ? 0 : number;
    }

    private static Condition isInForce() {
        return RULES_VERSION.STATE.eq(RulesVersion.State.PUBLISHED.code());
    }

    private static RulesResult done(DSLContext sql, long number) {
        return new RulesResult.Done(head(sql, number).orElseThrow());
    }

    private static Optional<RulesVersion> head(DSLContext sql, long number) {
        return sql.select(HEAD)
                .from(RULES_VERSION)
                .where(RULES_VERSION.NUMBER.eq(number))
                .fetchOptional(PostgresRulesVersions::head);
    }

    private static RulesVersion head(Record row) {
        return new RulesVersion(
                row.get(RULES_VERSION.NUMBER),
                row.get(RULES_VERSION.PARENT),
                row.get(RULES_VERSION.COPY_OF),
                row.get(RULES_VERSION.DIGEST),
                row.get(RULES_VERSION.RULE_COUNT),
                row.get(RULES_VERSION.AUTHOR),
                row.get(RULES_VERSION.REASON),
                row.get(RULES_VERSION.DRAFTED_AT),
                RulesVersion.State.of(row.get(RULES_VERSION.STATE)),
                row.get(RULES_VERSION.PUBLISHED_BY),
                row.get(RULES_VERSION.PUBLISHED_AT),
                row.get(RULES_VERSION.ENDED_BY),
                row.get(RULES_VERSION.ENDED_AT));
    }

    /** How often rules were published; one row. */
    long revision() {
        Long number = reads.select(REVISION.NUMBER)
                .from(REVISION)
                .where(REVISION.SUBJECT.eq(SUBJECT))
                .fetchOne(REVISION.NUMBER);
        return number == null ? -1 : number;
    }

    /** The number of the version in force; 0 if none is. */
    long numberInForce() {
        return inForce(reads);
    }

    Optional<RulesVersion.Whole> inForce() {
        return whole(isInForce());
    }

    Optional<RulesVersion.Whole> find(long number) {
        return whole(RULES_VERSION.NUMBER.eq(number));
    }

    private Optional<RulesVersion.Whole> whole(Condition which) {
        return reads.select(HEAD)
                .select(RULES_VERSION.SOURCE, RULES_VERSION.SCENARIOS)
                .from(RULES_VERSION)
                .where(which)
                .fetchOptional(row -> new RulesVersion.Whole(
                        head(row), new RulesText(row.get(RULES_VERSION.SOURCE), row.get(RULES_VERSION.SCENARIOS))));
    }

    /** The newest first, those below a number. */
    List<RulesVersion> page(long below, int limit) {
        return reads.select(HEAD)
                .from(RULES_VERSION)
                .where(RULES_VERSION.NUMBER.lt(below))
                .orderBy(RULES_VERSION.NUMBER.desc())
                .limit(limit)
                .fetch(PostgresRulesVersions::head);
    }
}
