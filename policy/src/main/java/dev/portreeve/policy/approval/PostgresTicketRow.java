package dev.portreeve.policy.approval;

import static dev.portreeve.db.policy.tables.Approval.APPROVAL;

import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.session.LabelScope;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Record;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** A ticket as a row: which columns a state is in, and back. */
final class PostgresTicketRow {
    static final Field<Instant> NOW = DSL.field("now()", Instant.class);
    static final List<Field<?>> FIELDS =
            Stream.concat(Arrays.stream(APPROVAL.fields()), Stream.of(NOW)).toList();
    private static final String PENDING = "pending";
    private static final Condition IS_PENDING = APPROVAL.STATE.eq(DSL.inline(PENDING));
    private static final Condition WAITING = IS_PENDING.and(APPROVAL.EXPIRES_AT.gt(NOW));

    private PostgresTicketRow() {}

    /** Rows that a list has. States are spelled out, so that the indexes of these are used. */
    static Condition fits(TicketFilter filter) {
        return switch (filter) {
            case TicketFilter.All ignored -> DSL.noCondition();
            case TicketFilter.In in -> isIn(in.state());
            case TicketFilter.Waiting ignored -> WAITING;
            case TicketFilter.WaitingFor waiting ->
                WAITING.and(APPROVAL.MEMBER.ne(waiting.person()))
                        .and(APPROVAL.APPROVERS
                                .contains(new String[] {waiting.person()})
                                .or(APPROVAL.APPROVERS.eq(new String[0])));
        };
    }

    private static Condition isIn(TicketState.Name name) {
        Field<Integer> yes = DSL.cardinality(APPROVAL.APPROVED_BY);
        return switch (name) {
            case PENDING -> IS_PENDING.and(yes.eq(DSL.inline(0)));
            case PARTIALLY_APPROVED -> IS_PENDING.and(yes.gt(DSL.inline(0)));
            case APPROVED, REDEEMED, DENIED, EXPIRED, WITHDRAWN -> APPROVAL.STATE.eq(DSL.inline(name.code()));
        };
    }

    /** What a state says; columns it does not speak of keep what the states before left there. */
    static Map<Field<?>, @Nullable Object> columns(TicketState state) {
        Map<Field<?>, @Nullable Object> columns = new LinkedHashMap<>();
        columns.put(
                APPROVAL.STATE,
                state instanceof TicketState.Waiting ? PENDING : state.name().code());
        switch (state) {
            case TicketState.Waiting waiting -> columns.put(APPROVAL.APPROVED_BY, array(waiting.yes()));
            case TicketState.Approved approved -> {
                columns.put(APPROVAL.APPROVED_BY, array(approved.yes()));
                columns.put(APPROVAL.REDEEM_BEFORE, approved.redeemBefore());
                word(columns, approved.word());
            }
            case TicketState.Redeemed redeemed -> columns.put(APPROVAL.REDEEMED_BY_CALL, redeemed.byCall());
            case TicketState.Denied denied -> {
                columns.put(APPROVAL.REFUSED_UNTIL, denied.until());
                columns.put(APPROVAL.SESSION_REFUSED_UNTIL, denied.sessionUntil());
                word(columns, denied.word());
            }
            case TicketState.Expired expired -> columns.put(APPROVAL.TOLD_AT, expired.told() ? NOW : null);
            case TicketState.Withdrawn withdrawn -> word(columns, withdrawn.word());
        }
        return columns;
    }

    private static void word(Map<Field<?>, @Nullable Object> columns, TicketState.Word word) {
        columns.put(APPROVAL.DECIDED_BY, word.by());
        columns.put(APPROVAL.REASON, word.reason());
        columns.put(APPROVAL.DECIDED_AT, word.at());
    }

    private static String[] array(List<String> names) {
        return names.toArray(String[]::new);
    }

    static Ticket ticket(Record row) {
        TicketRequest request = new TicketRequest(
                row.get(APPROVAL.TENANT),
                row.get(APPROVAL.MEMBER),
                row.get(APPROVAL.KEY_ID),
                new Resource.Tool(row.get(APPROVAL.SERVER), row.get(APPROVAL.TOOL), row.get(APPROVAL.DEFINITION_HASH)),
                arguments(row.get(APPROVAL.ARGUMENTS)),
                row.get(APPROVAL.RULE_ID),
                seats(row.get(APPROVAL.SEATS), row.get(APPROVAL.APPROVERS)),
                row.get(APPROVAL.QUORUM),
                row.get(APPROVAL.POLICY_VERSION),
                terms(row.get(APPROVAL.TERMS)),
                session(row));
        return new Ticket(
                row.get(APPROVAL.ID),
                request,
                state(row),
                row.get(APPROVAL.REQUESTED_BY_CALL),
                row.get(APPROVAL.REQUESTED_AT),
                row.get(APPROVAL.EXPIRES_AT),
                edit(row.get(APPROVAL.EDITED_ARGUMENTS), row.get(APPROVAL.EDITED_BY)),
                row.get(NOW));
    }

    /** Tickets of versions before these columns hold for no session. */
    private static LabelScope session(Record row) {
        String key = row.get(APPROVAL.SESSION_KEY);
        String session = row.get(APPROVAL.SESSION);
        return new LabelScope(
                row.get(APPROVAL.TENANT), key == null ? row.get(APPROVAL.KEY_ID) : key, session == null ? "" : session);
    }

    private static Ticket.@Nullable Edit edit(byte @Nullable [] canonical, @Nullable String by) {
        return canonical == null || by == null ? null : new Ticket.Edit(arguments(canonical), by);
    }

    private static Terms terms(@Nullable JSONB terms) {
        return terms == null ? Terms.NONE : TermsJson.read(terms.data());
    }

    /** Tickets of versions before this column say only names. */
    private static List<Seat> seats(@Nullable JSONB seats, String[] names) {
        return seats == null
                ? Arrays.stream(names).map(name -> Seat.of(name, Duration.ZERO)).toList()
                : SeatsJson.read(seats.data());
    }

    private static TicketState state(Record row) {
        List<String> yes = List.of(row.get(APPROVAL.APPROVED_BY));
        return switch (row.get(APPROVAL.STATE)) {
            case PENDING -> yes.isEmpty() ? new TicketState.Requested() : new TicketState.PartiallyApproved(yes);
            case "approved" -> new TicketState.Approved(yes, word(row), row.get(APPROVAL.REDEEM_BEFORE));
            case "redeemed" -> new TicketState.Redeemed(yes, word(row), row.get(APPROVAL.REDEEMED_BY_CALL));
            case "denied" ->
                new TicketState.Denied(word(row), refusedUntil(row), row.get(APPROVAL.SESSION_REFUSED_UNTIL));
            case "expired" -> new TicketState.Expired(row.get(APPROVAL.TOLD_AT) != null);
            case "withdrawn" -> new TicketState.Withdrawn(word(row));
            case String unknown -> throw new IllegalStateException("no ticket is \"" + unknown + "\"");
        };
    }

    /** A no of a version before this column held as long as its ticket would have. */
    private static Instant refusedUntil(Record row) {
        Instant until = row.get(APPROVAL.REFUSED_UNTIL);
        return until == null ? row.get(APPROVAL.EXPIRES_AT) : until;
    }

    private static TicketState.Word word(Record row) {
        return new TicketState.Word(
                row.get(APPROVAL.DECIDED_BY), row.get(APPROVAL.REASON), row.get(APPROVAL.DECIDED_AT));
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
