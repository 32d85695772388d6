package dev.portreeve.policy.approval;

import static dev.portreeve.db.policy.tables.StandingApproval.STANDING_APPROVAL;

import dev.portreeve.audit.Transaction;
import dev.portreeve.policy.call.Resource;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jooq.SelectConditionStep;
import org.jooq.SelectJoinStep;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConnectionProvider;
import org.jspecify.annotations.Nullable;

/** Remembered yeses in PostgreSQL, by its clock and its row locks. */
final class PostgresStandingStore implements StandingStore {
    /** Of one key about one tool, and of one member at once. */
    private static final int MOST = 50;

    private static final Field<Instant> NOW = DSL.field("now()", Instant.class);
    private static final List<Field<?>> FIELDS = Stream.concat(
                    Arrays.stream(STANDING_APPROVAL.fields()), Stream.of(NOW))
            .toList();
    private static final Condition USABLE =
            STANDING_APPROVAL.STATE.eq(DSL.inline("in_force")).and(STANDING_APPROVAL.EXPIRES_AT.gt(NOW));

    private final DSLContext reads;

    PostgresStandingStore(DataSource database) {
        this.reads = DSL.using(database, SQLDialect.POSTGRES);
    }

    @Override
    public List<StandingApproval> inForce(String tenant, String keyId, Resource.Tool tool) {
        return usable(tenant, STANDING_APPROVAL.KEY_ID.eq(keyId), tool)
                .orderBy(STANDING_APPROVAL.GIVEN_AT, STANDING_APPROVAL.ID)
                .limit(MOST)
                .fetch(PostgresStandingStore::standing);
    }

    @Override
    public List<StandingApproval> ofMember(String tenant, String member, Resource.Tool tool, @Nullable UUID after) {
        return usable(tenant, STANDING_APPROVAL.MEMBER.eq(member), tool)
                .and(after == null ? DSL.noCondition() : STANDING_APPROVAL.ID.gt(after))
                .orderBy(STANDING_APPROVAL.ID)
                .limit(MOST)
                .fetch(PostgresStandingStore::standing);
    }

    private SelectConditionStep<Record> usable(String tenant, Condition whose, Resource.Tool tool) {
        return select(reads)
                .where(
                        STANDING_APPROVAL.TENANT.eq(tenant),
                        whose,
                        STANDING_APPROVAL.SERVER.eq(tool.server()),
                        STANDING_APPROVAL.TOOL.eq(tool.tool()),
                        USABLE);
    }

    @Override
    public Optional<StandingApproval> find(String tenant, UUID id) {
        return select(reads).where(is(tenant, id)).fetchOptional(PostgresStandingStore::standing);
    }

    /** Both have the time of their one transaction, so the index of that leads there. */
    @Override
    public Optional<StandingApproval> ofTicket(String tenant, UUID ticket, Instant at) {
        return select(reads)
                .where(
                        STANDING_APPROVAL.TENANT.eq(tenant),
                        STANDING_APPROVAL.GIVEN_AT.eq(at),
                        STANDING_APPROVAL.APPROVAL_ID.eq(ticket))
                .fetchOptional(PostgresStandingStore::standing);
    }

    @Override
    public List<StandingApproval> list(String tenant, boolean over, int limit) {
        return select(reads)
                .where(STANDING_APPROVAL.TENANT.eq(tenant))
                .and(over ? DSL.noCondition() : USABLE)
                .orderBy(STANDING_APPROVAL.GIVEN_AT.desc(), STANDING_APPROVAL.ID)
                .limit(limit)
                .fetch(PostgresStandingStore::standing);
    }

    @Override
    public List<StandingApproval> overdue(int limit) {
        return select(reads)
                .where(STANDING_APPROVAL
                        .STATE
                        .in(DSL.inline("in_force"), DSL.inline("used_up"))
                        .and(STANDING_APPROVAL.EXPIRES_AT.le(NOW)))
                .orderBy(STANDING_APPROVAL.EXPIRES_AT)
                .limit(limit)
                .fetch(PostgresStandingStore::standing);
    }

    @Override
    public void apply(Transaction transaction, List<StandingChange> changes) throws SQLException {
        DSLContext writes = DSL.using(new DefaultConnectionProvider(transaction.connection()), SQLDialect.POSTGRES);
        try {
            for (StandingChange change : changes) {
                write(writes, change);
            }
        } catch (DataAccessException e) {
            throw new SQLException("a change of a remembered approval failed", e);
        }
    }

    /** The row's lock makes one winner of a use and a revocation at the same moment; the other looks at what it left. */
    private static void write(DSLContext writes, StandingChange change) {
        StandingApproval next = change.decide(select(writes)
                .where(is(change.tenant(), change.id()))
                .forUpdate()
                .fetchOptional(PostgresStandingStore::standing)
                .orElse(null));
        if (next == null) {
            return;
        }
        StandingApproval.End end = next.end();
        writes.update(STANDING_APPROVAL)
                .set(STANDING_APPROVAL.USES, next.uses())
                .set(STANDING_APPROVAL.LAST_USED_AT, next.lastUsedAt())
                .set(STANDING_APPROVAL.STATE, next.state().code())
                .set(STANDING_APPROVAL.ENDED_BY, end == null ? null : end.by())
                .set(STANDING_APPROVAL.ENDED_REASON, end == null ? null : end.reason())
                .set(STANDING_APPROVAL.ENDED_AT, end == null ? null : end.at())
                .where(is(change.tenant(), change.id()))
                .execute();
    }

    /** Stores what a vote brings, and ends what it ends, in the vote's own transaction. */
    static void with(DSLContext writes, TicketChange.Decide vote) {
        StandingApproval.Grant grant = vote.grant();
        StandingApproval granted = grant == null ? null : insert(writes, grant);
        List<StandingApproval> over = new ArrayList<>();
        for (UUID id : vote.ending()) {
            StandingChange.Revoke end = vote.end(id);
            write(writes, end);
            StandingApproval ended = end.changed();
            if (ended != null) {
                over.add(ended);
            }
        }
        vote.remembered(granted, over);
    }

    private static StandingApproval insert(DSLContext writes, StandingApproval.Grant grant) {
        return writes.insertInto(STANDING_APPROVAL)
                .set(STANDING_APPROVAL.TENANT, grant.tenant())
                .set(STANDING_APPROVAL.ID, grant.id())
                .set(STANDING_APPROVAL.APPROVAL_ID, grant.ticket())
                .set(STANDING_APPROVAL.MEMBER, grant.member())
                .set(STANDING_APPROVAL.KEY_ID, grant.keyId())
                .set(STANDING_APPROVAL.SERVER, grant.tool().server())
                .set(STANDING_APPROVAL.TOOL, grant.tool().tool())
                .set(STANDING_APPROVAL.DEFINITION_HASH, grant.tool().definitionHash())
                .set(STANDING_APPROVAL.RULE_ID, grant.ruleIds())
                .set(STANDING_APPROVAL.RULES_DIGEST, grant.rules())
                .set(STANDING_APPROVAL.SESSION, grant.session())
                .set(STANDING_APPROVAL.CONDITION, grant.condition())
                .set(
                        STANDING_APPROVAL.ARGUMENTS,
                        grant.arguments().stream().sorted().toArray(String[]::new))
                .set(STANDING_APPROVAL.GIVEN_BY, grant.by())
                .set(
                        STANDING_APPROVAL.EXPIRES_AT,
                        DSL.field(
                                "now() + {0} * interval '1 millisecond'",
                                Instant.class, DSL.val(grant.lasting().toMillis())))
                .set(STANDING_APPROVAL.MAX_USES, grant.maxUses())
                .returningResult(FIELDS)
                .fetchSingle(PostgresStandingStore::standing);
    }

    private static SelectJoinStep<Record> select(DSLContext context) {
        return context.select(FIELDS).from(STANDING_APPROVAL);
    }

    private static Condition is(String tenant, UUID id) {
        return STANDING_APPROVAL.TENANT.eq(tenant).and(STANDING_APPROVAL.ID.eq(id));
    }

    private static StandingApproval standing(Record row) {
        Instant given = row.get(STANDING_APPROVAL.GIVEN_AT);
        Instant expires = row.get(STANDING_APPROVAL.EXPIRES_AT);
        StandingApproval.Grant grant = new StandingApproval.Grant(
                row.get(STANDING_APPROVAL.ID),
                row.get(STANDING_APPROVAL.TENANT),
                row.get(STANDING_APPROVAL.APPROVAL_ID),
                row.get(STANDING_APPROVAL.MEMBER),
                row.get(STANDING_APPROVAL.KEY_ID),
                new Resource.Tool(
                        row.get(STANDING_APPROVAL.SERVER),
                        row.get(STANDING_APPROVAL.TOOL),
                        row.get(STANDING_APPROVAL.DEFINITION_HASH)),
                row.get(STANDING_APPROVAL.RULE_ID),
                row.get(STANDING_APPROVAL.RULES_DIGEST),
                row.get(STANDING_APPROVAL.SESSION),
                row.get(STANDING_APPROVAL.CONDITION),
                Set.of(row.get(STANDING_APPROVAL.ARGUMENTS)),
                row.get(STANDING_APPROVAL.GIVEN_BY),
                Duration.between(given, expires),
                row.get(STANDING_APPROVAL.MAX_USES));
        return new StandingApproval(
                grant,
                given,
                expires,
                row.get(STANDING_APPROVAL.USES),
                row.get(STANDING_APPROVAL.LAST_USED_AT),
                StandingApproval.State.valueOf(row.get(STANDING_APPROVAL.STATE).toUpperCase(Locale.ROOT)),
                end(row),
                row.get(NOW));
    }

    private static StandingApproval.@Nullable End end(Record row) {
        Instant at = row.get(STANDING_APPROVAL.ENDED_AT);
        return at == null
                ? null
                : new StandingApproval.End(
                        row.get(STANDING_APPROVAL.ENDED_BY), row.get(STANDING_APPROVAL.ENDED_REASON), at);
    }
}
