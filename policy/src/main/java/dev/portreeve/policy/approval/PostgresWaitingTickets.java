package dev.portreeve.policy.approval;

import static dev.portreeve.db.policy.tables.Approval.APPROVAL;

import java.util.HexFormat;
import java.util.List;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;

/**
 * How many tickets of a member wait, under a lock that holds until the transaction ends: who opens one sees all that others opened before, at
 * whatever gateway, so together they never open more than may wait. Members wait for each other only where the lock's 64 bits meet by chance.
 */
final class PostgresWaitingTickets {
    private PostgresWaitingTickets() {}

    /** All locks of a batch at once, and always in the same order, so that two batches never wait for each other. */
    static void lock(DSLContext writes, List<TicketChange> changes) {
        String[] members = changes.stream()
                .filter(TicketChange.Open.class::isInstance)
                .map(TicketChange.Open.class::cast)
                .filter(TicketChange.Open::isBounded)
                .map(open -> "portreeve.waiting/" + open.request().tenant() + "/"
                        + open.request().member())
                .distinct()
                .toArray(String[]::new);
        if (members.length > 0) {
            writes.fetch("""
                    SELECT pg_advisory_xact_lock(lock) FROM (
                        SELECT DISTINCT hashtextextended(member, 0) AS lock FROM unnest({0}) AS member ORDER BY lock
                    ) AS locks""", DSL.val(members));
        }
    }

    /** Whether a ticket would be one too many; not if the same call has one, which it then shares. */
    static boolean isTooMany(DSLContext writes, TicketChange.Open change) {
        return change.isBounded() && waiting(writes, change) >= change.most() && !isAlive(writes, change.request());
    }

    private static int waiting(DSLContext writes, TicketChange.Open change) {
        Condition waiting = APPROVAL.TENANT
                .eq(change.request().tenant())
                .and(APPROVAL.MEMBER.eq(change.request().member()))
                .and(APPROVAL.STATE.eq(DSL.inline("pending")))
                .and(APPROVAL.EXPIRES_AT.gt(PostgresTicketRow.NOW));
        return writes.fetchCount(DSL.selectOne().from(APPROVAL).where(waiting).limit(change.most()));
    }

    private static boolean isAlive(DSLContext writes, TicketRequest request) {
        return writes.fetchExists(
                APPROVAL,
                APPROVAL.TENANT
                        .eq(request.tenant())
                        .and(APPROVAL.BINDING.eq(HexFormat.of().parseHex(request.binding())))
                        .and(APPROVAL.STATE.in(DSL.inline("pending"), DSL.inline("approved"))));
    }
}
