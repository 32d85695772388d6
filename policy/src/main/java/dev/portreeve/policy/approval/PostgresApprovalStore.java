package dev.portreeve.policy.approval;

import static dev.portreeve.db.policy.tables.Approval.APPROVAL;
import static dev.portreeve.db.policy.tables.ApprovalVote.APPROVAL_VOTE;

import dev.portreeve.audit.Transaction;
import dev.portreeve.policy.notice.PostgresOutbox;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jooq.Select;
import org.jooq.SelectJoinStep;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConnectionProvider;
import org.jspecify.annotations.Nullable;

/** Tickets in PostgreSQL. Every question of time is answered by the database's clock, every race by its row locks and unique index. */
public final class PostgresApprovalStore implements ApprovalStore {
    /** With its states spelled out, so that the indexes of these are used. */
    private static final Condition LIVING_BUT_OVER = APPROVAL.STATE
            .eq(DSL.inline("pending"))
            .and(APPROVAL.EXPIRES_AT.le(PostgresTicketRow.NOW))
            .or(APPROVAL.STATE.eq(DSL.inline("approved")).and(APPROVAL.REDEEM_BEFORE.le(PostgresTicketRow.NOW)));

    private static final Condition ESCALATING = APPROVAL.STATE
            .eq("pending")
            .and(APPROVAL.ESCALATES_AT.le(PostgresTicketRow.NOW))
            .and(APPROVAL.EXPIRES_AT.gt(PostgresTicketRow.NOW));

    private static final int MOST_OF_A_CALL = 50;

    private final DSLContext reads;
    private final PostgresStandingStore standing;

    /** @param database for reads; changes come with the journal's own connection */
    public PostgresApprovalStore(DataSource database) {
        this.reads = DSL.using(database, SQLDialect.POSTGRES);
        this.standing = new PostgresStandingStore(database);
    }

    @Override
    public StandingStore standing() {
        return standing;
    }

    @Override
    public Optional<Ticket> latest(String tenant, String binding) {
        return select(reads)
                .where(
                        APPROVAL.TENANT.eq(tenant),
                        APPROVAL.BINDING.eq(HexFormat.of().parseHex(binding)))
                .orderBy(APPROVAL.STATE.in("pending", "approved").desc(), APPROVAL.REQUESTED_AT.desc())
                .limit(1)
                .fetchOptional(PostgresTicketRow::ticket);
    }

    @Override
    public List<Ticket> ofCall(String tenant, String call) {
        return select(reads)
                .where(
                        APPROVAL.TENANT.eq(tenant),
                        APPROVAL.CALL_DIGEST.eq(HexFormat.of().parseHex(call)),
                        APPROVAL.STATE
                                .in(DSL.inline("pending"), DSL.inline("approved"))
                                .or(APPROVAL.STATE
                                        .eq(DSL.inline("denied"))
                                        .and(APPROVAL.REFUSED_UNTIL
                                                .gt(PostgresTicketRow.NOW)
                                                .or(APPROVAL.SESSION_REFUSED_UNTIL.gt(PostgresTicketRow.NOW)))))
                .orderBy(APPROVAL.REQUESTED_AT.desc())
                .limit(MOST_OF_A_CALL)
                .fetch(PostgresTicketRow::ticket);
    }

    @Override
    public Optional<Ticket> lastUsed(Ticket ticket) {
        return select(reads)
                .where(
                        APPROVAL.TENANT.eq(ticket.tenant()),
                        APPROVAL.SERVER.eq(ticket.request().tool().server()),
                        APPROVAL.TOOL.eq(ticket.request().tool().tool()),
                        APPROVAL.STATE.eq(DSL.inline("redeemed")),
                        APPROVAL.ID.ne(ticket.id()))
                .orderBy(APPROVAL.DECIDED_AT.desc())
                .limit(1)
                .fetchOptional(PostgresTicketRow::ticket);
    }

    @Override
    public Optional<Ticket> find(String tenant, UUID id) {
        return select(reads).where(is(tenant, id)).fetchOptional(PostgresTicketRow::ticket);
    }

    @Override
    public List<Ticket> list(String tenant, TicketFilter filter, @Nullable TicketPlace before, int limit) {
        return page(tenant, filter, before, limit).fetch(PostgresTicketRow::ticket);
    }

    /** How the database would find a page, in its words. */
    String plan(String tenant, TicketFilter filter, @Nullable TicketPlace before, int limit) {
        return reads.explain(page(tenant, filter, before, limit)).plan();
    }

    private Select<Record> page(String tenant, TicketFilter filter, @Nullable TicketPlace before, int limit) {
        return select(reads)
                .where(APPROVAL.TENANT.eq(tenant))
                .and(PostgresTicketRow.fits(filter))
                .and(
                        before == null
                                ? DSL.noCondition()
                                : DSL.row(APPROVAL.REQUESTED_AT, APPROVAL.ID).lt(before.requestedAt(), before.id()))
                .orderBy(APPROVAL.REQUESTED_AT.desc(), APPROVAL.ID.desc())
                .limit(limit);
    }

    @Override
    public List<Ticket> escalating(int limit) {
        return select(reads)
                .where(ESCALATING)
                .orderBy(APPROVAL.ESCALATES_AT)
                .limit(limit)
                .fetch(PostgresTicketRow::ticket);
    }

    @Override
    public List<Ticket> overdue(int limit) {
        return select(reads)
                .where(LIVING_BUT_OVER)
                .orderBy(APPROVAL.EXPIRES_AT)
                .limit(limit)
                .fetch(PostgresTicketRow::ticket);
    }

    private static SelectJoinStep<Record> select(DSLContext context) {
        return context.select(PostgresTicketRow.FIELDS).from(APPROVAL);
    }

    @Override
    public void apply(Transaction transaction, List<TicketChange> changes) throws SQLException {
        DSLContext writes = DSL.using(new DefaultConnectionProvider(transaction.connection()), SQLDialect.POSTGRES);
        try {
            PostgresWaitingTickets.lock(writes, changes);
            for (TicketChange change : changes) {
                switch (change) {
                    case TicketChange.Open open -> open(writes, open);
                    case TicketChange.Escalate escalate -> escalate(writes, escalate);
                    case TicketBundle bundle -> bundle(writes, bundle);
                    case TicketChange.Step step -> step(writes, step);
                }
            }
        } catch (DataAccessException e) {
            throw new SQLException("a change of an approval ticket failed", e);
        }
    }

    /** The unique index on living tickets decides between two calls that ask at the same moment. */
    private static void open(DSLContext writes, TicketChange.Open change) {
        TicketRequest request = change.request();
        if (PostgresWaitingTickets.isTooMany(writes, change)) {
            change.refuse();
            return;
        }
        Optional<Ticket> opened = writes.insertInto(APPROVAL)
                .set(APPROVAL.TENANT, request.tenant())
                .set(APPROVAL.ID, change.id())
                .set(APPROVAL.BINDING, HexFormat.of().parseHex(request.binding()))
                .set(APPROVAL.CALL_DIGEST, HexFormat.of().parseHex(request.callDigest()))
                .set(APPROVAL.MEMBER, request.member())
                .set(APPROVAL.KEY_ID, request.keyId())
                .set(APPROVAL.SERVER, request.tool().server())
                .set(APPROVAL.TOOL, request.tool().tool())
                .set(APPROVAL.DEFINITION_HASH, request.tool().definitionHash())
                .set(APPROVAL.ARGUMENTS, request.arguments().canonical())
                .set(APPROVAL.RULE_ID, request.rules())
                .set(APPROVAL.APPROVERS, request.approvers().toArray(String[]::new))
                .set(APPROVAL.SEATS, seats(request))
                .set(APPROVAL.ESCALATES_AT, escalatesAt(request))
                .set(APPROVAL.QUORUM, request.quorum())
                .set(APPROVAL.POLICY_VERSION, request.policyVersion())
                .set(APPROVAL.TERMS, terms(request))
                .set(APPROVAL.SESSION_KEY, request.session().key())
                .set(APPROVAL.SESSION, request.session().session())
                .set(APPROVAL.STATE, "pending")
                .set(APPROVAL.REQUESTED_BY_CALL, change.callId())
                .set(APPROVAL.EXPIRES_AT, after(change.timeout()))
                .onConflict(APPROVAL.TENANT, APPROVAL.BINDING)
                .where(APPROVAL.STATE.in(DSL.inline("pending"), DSL.inline("approved")))
                .doNothing()
                .returningResult(PostgresTicketRow.FIELDS)
                .fetchOptional(PostgresTicketRow::ticket);
        change.decide(opened.orElse(null));
        opened.ifPresent(ticket -> PostgresOutbox.owe(writes, ticket.tenant(), change.notices(ticket)));
    }

    /** The row's lock makes one winner of all who would take a step at the same moment; the others look at what it left. */
    private static void step(DSLContext writes, TicketChange.Step step) {
        TicketState next = step.decide(locked(writes, step));
        if (next != null) {
            write(writes, step, next);
        }
    }

    private static void bundle(DSLContext writes, TicketBundle bundle) {
        bundle.decide(vote -> locked(writes, vote)).forEach((vote, next) -> write(writes, vote, next));
    }

    private static @Nullable Ticket locked(DSLContext writes, TicketChange.Step step) {
        return select(writes)
                .where(is(step.tenant(), step.id()))
                .forUpdate()
                .fetchOptional(PostgresTicketRow::ticket)
                .orElse(null);
    }

    private static void write(DSLContext writes, TicketChange.Step step, TicketState next) {
        Vote vote = step.vote();
        if (vote != null) {
            writes.insertInto(APPROVAL_VOTE)
                    .set(APPROVAL_VOTE.TENANT, step.tenant())
                    .set(APPROVAL_VOTE.APPROVAL_ID, step.id())
                    .set(APPROVAL_VOTE.APPROVER, vote.approver())
                    .set(APPROVAL_VOTE.DECISION, vote.choice() == Vote.Choice.APPROVE ? "approve" : "deny")
                    .set(APPROVAL_VOTE.REASON, vote.reason())
                    .set(APPROVAL_VOTE.CHANNEL, vote.channel().name().toLowerCase(Locale.ROOT))
                    .execute();
        }
        Ticket.Edit edit = step.edit();
        if (edit != null) {
            writes.update(APPROVAL)
                    .set(APPROVAL.EDITED_ARGUMENTS, edit.arguments().canonical())
                    .set(APPROVAL.EDITED_BY, edit.by())
                    .where(is(step.tenant(), step.id()))
                    .execute();
        }
        writes.update(APPROVAL)
                .set(PostgresTicketRow.columns(next))
                .where(is(step.tenant(), step.id()))
                .execute();
        if (step instanceof TicketChange.Decide decide) {
            PostgresStandingStore.with(writes, decide);
        }
    }

    private static @Nullable JSONB terms(TicketRequest request) {
        return request.terms().equals(Terms.NONE) ? null : JSONB.jsonb(TermsJson.write(request.terms()));
    }

    private static @Nullable JSONB seats(TicketRequest request) {
        return request.seats().isEmpty() ? null : JSONB.jsonb(SeatsJson.write(request.seats()));
    }

    private static Field<Instant> escalatesAt(TicketRequest request) {
        return request.seats().stream()
                .map(Seat::after)
                .filter(Duration::isPositive)
                .min(Duration::compareTo)
                .map(PostgresApprovalStore::after)
                .orElseGet(() -> DSL.inline((Instant) null));
    }

    private static void escalate(DSLContext writes, TicketChange.Escalate change) {
        Optional<Ticket> due = select(writes)
                .where(is(change.tenant(), change.id()))
                .and(ESCALATING)
                .forUpdate()
                .fetchOptional(PostgresTicketRow::ticket);
        change.decide(due.orElse(null));
        due.ifPresent(ticket -> {
            writes.update(APPROVAL)
                    .set(APPROVAL.ESCALATES_AT, ticket.escalatesAt())
                    .where(is(change.tenant(), change.id()))
                    .execute();
            PostgresOutbox.owe(writes, ticket.tenant(), change.notices(ticket));
        });
    }

    private static Condition is(String tenant, UUID id) {
        return APPROVAL.TENANT.eq(tenant).and(APPROVAL.ID.eq(id));
    }

    private static Field<Instant> after(Duration time) {
        return DSL.field("now() + {0} * interval '1 millisecond'", Instant.class, DSL.val(time.toMillis()));
    }
}
