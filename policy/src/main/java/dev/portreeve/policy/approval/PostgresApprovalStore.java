package dev.portreeve.policy.approval;

import static dev.portreeve.db.policy.tables.Approval.APPROVAL;
import static dev.portreeve.db.policy.tables.ApprovalVote.APPROVAL_VOTE;

import dev.portreeve.audit.Transaction;
import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.notice.PostgresOutbox;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
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

/** Tickets in PostgreSQL. Every question of time is answered by the database's clock, every race by its row locks and unique index. */
public final class PostgresApprovalStore implements ApprovalStore {
    private static final Field<Instant> NOW = DSL.field("now()", Instant.class);
    private static final Condition LIVING_BUT_OVER = APPROVAL.STATE
            .eq(code(TicketState.PENDING))
            .and(APPROVAL.EXPIRES_AT.le(NOW))
            .or(APPROVAL.STATE.eq(code(TicketState.APPROVED)).and(APPROVAL.REDEEM_BEFORE.le(NOW)));
    private static final Field<Boolean> OVER = DSL.field(LIVING_BUT_OVER.or(
                    APPROVAL.STATE.eq(code(TicketState.DENIED)).and(APPROVAL.EXPIRES_AT.le(NOW))))
            .as("over");
    private static final List<Field<?>> FIELDS =
            Stream.concat(Arrays.stream(APPROVAL.fields()), Stream.of(OVER)).toList();

    private final DSLContext reads;

    /** @param database for reads; changes come with the journal's own connection */
    public PostgresApprovalStore(DataSource database) {
        this.reads = DSL.using(database, SQLDialect.POSTGRES);
    }

    @Override
    public Optional<Ticket> latest(String tenant, String binding) {
        return reads.select(FIELDS)
                .from(APPROVAL)
                .where(
                        APPROVAL.TENANT.eq(tenant),
                        APPROVAL.BINDING.eq(HexFormat.of().parseHex(binding)))
                .orderBy(
                        APPROVAL.STATE
                                .in(code(TicketState.PENDING), code(TicketState.APPROVED))
                                .desc(),
                        APPROVAL.REQUESTED_AT.desc())
                .limit(1)
                .fetchOptional(PostgresApprovalStore::ticket);
    }

    @Override
    public Optional<Ticket> find(String tenant, UUID id) {
        return reads.select(FIELDS).from(APPROVAL).where(is(tenant, id)).fetchOptional(PostgresApprovalStore::ticket);
    }

    @Override
    public List<Ticket> list(String tenant, @Nullable TicketState state, int limit) {
        return reads.select(FIELDS)
                .from(APPROVAL)
                .where(APPROVAL.TENANT.eq(tenant))
                .and(state == null ? DSL.noCondition() : APPROVAL.STATE.eq(code(state)))
                .orderBy(APPROVAL.REQUESTED_AT.desc(), APPROVAL.ID)
                .limit(limit)
                .fetch(PostgresApprovalStore::ticket);
    }

    @Override
    public List<Ticket> overdue(int limit) {
        return reads.select(FIELDS)
                .from(APPROVAL)
                .where(LIVING_BUT_OVER)
                .orderBy(APPROVAL.EXPIRES_AT)
                .limit(limit)
                .fetch(PostgresApprovalStore::ticket);
    }

    @Override
    public void apply(Transaction transaction, List<TicketChange> changes) throws SQLException {
        DSLContext writes = DSL.using(new DefaultConnectionProvider(transaction.connection()), SQLDialect.POSTGRES);
        try {
            for (TicketChange change : changes) {
                switch (change) {
                    case TicketChange.Open open -> open(writes, open);
                    case TicketChange.Redeem redeem -> redeem(writes, redeem);
                    case TicketChange.Carry carry -> carry(writes, carry);
                    case TicketChange.Decide decide -> decide(writes, decide);
                    case TicketChange.Expire expire -> expire(writes, expire);
                }
            }
        } catch (DataAccessException e) {
            throw new SQLException("a change of an approval ticket failed", e);
        }
    }

    /** The unique index on living tickets decides between two calls that ask at the same moment. */
    private static void open(DSLContext writes, TicketChange.Open change) {
        TicketRequest request = change.request();
        Optional<Ticket> opened = writes.insertInto(APPROVAL)
                .set(APPROVAL.TENANT, request.tenant())
                .set(APPROVAL.ID, change.id())
                .set(APPROVAL.BINDING, HexFormat.of().parseHex(request.binding()))
                .set(APPROVAL.MEMBER, request.member())
                .set(APPROVAL.KEY_ID, request.keyId())
                .set(APPROVAL.SERVER, request.tool().server())
                .set(APPROVAL.TOOL, request.tool().tool())
                .set(APPROVAL.DEFINITION_HASH, request.tool().definitionHash())
                .set(APPROVAL.ARGUMENTS, request.arguments().canonical())
                .set(APPROVAL.RULE_ID, request.rules())
                .set(APPROVAL.APPROVERS, request.approvers().toArray(String[]::new))
                .set(APPROVAL.POLICY_VERSION, request.policyVersion())
                .set(APPROVAL.STATE, code(TicketState.PENDING))
                .set(APPROVAL.REQUESTED_BY_CALL, change.callId())
                .set(APPROVAL.EXPIRES_AT, after(change.timeout()))
                .onConflict(APPROVAL.TENANT, APPROVAL.BINDING)
                .where(APPROVAL.STATE.in(DSL.inline("pending"), DSL.inline("approved")))
                .doNothing()
                .returningResult(FIELDS)
                .fetchOptional(PostgresApprovalStore::ticket);
        change.decide(opened.orElse(null));
        opened.ifPresent(ticket -> PostgresOutbox.owe(writes, ticket.tenant(), change.notices(ticket)));
    }

    private static void redeem(DSLContext writes, TicketChange.Redeem change) {
        change.decide(writes.update(APPROVAL)
                .set(APPROVAL.STATE, code(TicketState.REDEEMED))
                .set(APPROVAL.REDEEMED_BY_CALL, change.callId())
                .where(is(change.tenant(), change.id()))
                .and(APPROVAL.STATE.eq(code(TicketState.APPROVED)))
                .and(APPROVAL.REDEEM_BEFORE.gt(NOW))
                .returningResult(FIELDS)
                .fetchOptional(PostgresApprovalStore::ticket)
                .orElse(null));
    }

    private static void carry(DSLContext writes, TicketChange.Carry change) {
        change.decide(writes.update(APPROVAL)
                .set(APPROVAL.REDEEMED_BY_CALL, change.toCall())
                .where(is(change.tenant(), change.id()))
                .and(APPROVAL.STATE.eq(code(TicketState.REDEEMED)))
                .and(APPROVAL.REDEEMED_BY_CALL.eq(change.fromCall()))
                .returningResult(FIELDS)
                .fetchOptional(PostgresApprovalStore::ticket)
                .orElse(null));
    }

    private static void decide(DSLContext writes, TicketChange.Decide change) {
        Optional<Ticket> found = writes.select(FIELDS)
                .from(APPROVAL)
                .where(is(change.tenant(), change.id()))
                .forUpdate()
                .fetchOptional(PostgresApprovalStore::ticket);
        VoteResult objection = found.isEmpty() ? new VoteResult.Unknown() : change.objection(found.get());
        if (objection != null) {
            change.decide(objection);
            return;
        }
        Vote vote = change.vote();
        boolean yes = vote.choice() == Vote.Choice.APPROVE;
        writes.insertInto(APPROVAL_VOTE)
                .set(APPROVAL_VOTE.TENANT, change.tenant())
                .set(APPROVAL_VOTE.APPROVAL_ID, change.id())
                .set(APPROVAL_VOTE.APPROVER, vote.approver())
                .set(APPROVAL_VOTE.DECISION, yes ? "approve" : "deny")
                .set(APPROVAL_VOTE.REASON, vote.reason())
                .set(APPROVAL_VOTE.CHANNEL, vote.channel().name().toLowerCase(Locale.ROOT))
                .execute();
        Ticket decided = writes.update(APPROVAL)
                .set(APPROVAL.STATE, code(yes ? TicketState.APPROVED : TicketState.DENIED))
                .set(APPROVAL.REASON, vote.reason())
                .set(APPROVAL.DECIDED_BY, vote.approver())
                .set(APPROVAL.DECIDED_AT, NOW)
                .set(APPROVAL.REDEEM_BEFORE, yes ? after(change.redeemWithin()) : DSL.inline((Instant) null))
                .where(is(change.tenant(), change.id()))
                .returningResult(FIELDS)
                .fetchSingle(PostgresApprovalStore::ticket);
        change.decide(new VoteResult.Decided(decided));
    }

    private static void expire(DSLContext writes, TicketChange.Expire change) {
        Optional<Ticket> expired = writes.update(APPROVAL)
                .set(APPROVAL.STATE, code(TicketState.EXPIRED))
                .where(is(change.tenant(), change.id()))
                .and(LIVING_BUT_OVER)
                .returningResult(FIELDS)
                .fetchOptional(PostgresApprovalStore::ticket);
        boolean told = change.isTelling()
                && writes.update(APPROVAL)
                                .set(APPROVAL.TOLD_AT, NOW)
                                .where(is(change.tenant(), change.id()))
                                .and(APPROVAL.STATE.eq(code(TicketState.EXPIRED)))
                                .and(APPROVAL.TOLD_AT.isNull())
                                .execute()
                        == 1;
        change.decide(expired.orElse(null), told);
    }

    private static Condition is(String tenant, UUID id) {
        return APPROVAL.TENANT.eq(tenant).and(APPROVAL.ID.eq(id));
    }

    private static Field<Instant> after(Duration time) {
        return DSL.field("now() + {0} * interval '1 millisecond'", Instant.class, DSL.val(time.toMillis()));
    }

    private static String code(TicketState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    private static Ticket ticket(Record row) {
        TicketRequest request = new TicketRequest(
                row.get(APPROVAL.TENANT),
                row.get(APPROVAL.MEMBER),
                row.get(APPROVAL.KEY_ID),
                new Resource.Tool(row.get(APPROVAL.SERVER), row.get(APPROVAL.TOOL), row.get(APPROVAL.DEFINITION_HASH)),
                arguments(row.get(APPROVAL.ARGUMENTS)),
                row.get(APPROVAL.RULE_ID),
                List.of(row.get(APPROVAL.APPROVERS)),
                row.get(APPROVAL.POLICY_VERSION));
        return new Ticket(
                row.get(APPROVAL.ID),
                request,
                TicketState.valueOf(row.get(APPROVAL.STATE).toUpperCase(Locale.ROOT)),
                Boolean.TRUE.equals(row.get(OVER)),
                row.get(APPROVAL.REASON),
                row.get(APPROVAL.DECIDED_BY),
                row.get(APPROVAL.REQUESTED_BY_CALL),
                row.get(APPROVAL.REDEEMED_BY_CALL),
                row.get(APPROVAL.REQUESTED_AT),
                row.get(APPROVAL.EXPIRES_AT),
                row.get(APPROVAL.DECIDED_AT),
                row.get(APPROVAL.REDEEM_BEFORE),
                row.get(APPROVAL.TOLD_AT) != null);
    }

    /** They were accepted when the ticket was opened, so anything else in the row did not come from us. */
    private static Arguments arguments(byte[] canonical) {
        return switch (Arguments.parse(canonical, Integer.MAX_VALUE)) {
            case Arguments.Valid valid -> valid.arguments();
            case Arguments.Invalid invalid ->
                throw new IllegalStateException("the arguments of an approval ticket are "
                        + invalid.problem().message());
        };
    }
}
