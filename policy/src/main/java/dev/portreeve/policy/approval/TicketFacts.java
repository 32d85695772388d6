package dev.portreeve.policy.approval;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.Facts;
import dev.portreeve.policy.call.ArgumentChanges;
import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.key.Pepper;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What records say about tickets: who, what, digests and times; never an argument's value. */
final class TicketFacts {
    private static final String PURPOSE = "tool-arguments";
    /** Of places that were changed. */
    private static final int MOST_NAMED = 20;

    private final Pepper pepper;

    /** @param pepper keys the digest of arguments, as in the records of calls, so that short ones cannot be found by guessing */
    TicketFacts(Pepper pepper) {
        this.pepper = pepper;
    }

    AuditEvent requested(Ticket ticket) {
        TicketRequest request = ticket.request();
        Facts facts = of(ticket)
                .put("rules", request.rules())
                .putStrings("approvers", ticket.deciders())
                .put("quorum", request.quorum())
                .put("policy_version", request.policyVersion())
                .put("expires_at", ticket.expiresAt().toString());
        if (!request.terms().costsAtMost().isZero()) {
            facts.put("costs_at_most_usd", request.terms().costsAtMost().toDecimal());
        }
        return new AuditEvent(
                ticket.tenant(), EventKind.APPROVAL_REQUESTED, call(ticket, ticket.requestedByCall()), facts);
    }

    AuditEvent escalated(Ticket ticket) {
        Facts facts = of(ticket)
                .putStrings("approvers", ticket.deciders())
                .put("quorum", ticket.request().quorum());
        return new AuditEvent(
                ticket.tenant(), EventKind.APPROVAL_ESCALATED, call(ticket, ticket.requestedByCall()), facts);
    }

    AuditEvent decided(Ticket ticket, Vote vote) {
        Facts facts = of(ticket)
                .put("approver", vote.approver())
                .put("decision", vote.choice().name().toLowerCase(Locale.ROOT))
                .put("channel", vote.channel().name().toLowerCase(Locale.ROOT));
        String place = ticket.place(vote.approver());
        if (!place.equals(vote.approver())) {
            facts.put("stands_for", place);
        }
        if (vote.reason() != null) {
            facts.put("reason", vote.reason());
        }
        edited(ticket, facts);
        // A vote is taken at the moment its ticket is read.
        facts.put("state", ticket.state().name().code())
                .put("quorum", ticket.request().quorum())
                .putStrings("approved_by", ticket.yes())
                .put(
                        "latency_ms",
                        Duration.between(ticket.requestedAt(), ticket.readAt()).toMillis());
        return new AuditEvent(
                ticket.tenant(), EventKind.APPROVAL_DECIDED, call(ticket, ticket.requestedByCall()), facts);
    }

    private void edited(Ticket ticket, Facts facts) {
        Ticket.Edit edit = ticket.edit();
        if (edit != null) {
            facts.put("edited_by", edit.by())
                    .put("edited_arguments_hmac", digest(edit.arguments()))
                    .putStrings(
                            "edited",
                            ArgumentChanges.between(request(ticket), edit.arguments()).stream()
                                    .map(ArgumentChanges.Change::place)
                                    .limit(MOST_NAMED)
                                    .toList());
        }
    }

    private static Arguments request(Ticket ticket) {
        return ticket.request().arguments();
    }

    private String digest(Arguments arguments) {
        return HexFormat.of().formatHex(pepper.hash(PURPOSE, arguments.digest()));
    }

    AuditEvent approvedByRules(TicketRequest request, UUID callId) {
        Facts facts = new Facts()
                .put("rules", request.rules())
                .put("member", request.member())
                .put("key", request.keyId())
                .put("server", request.tool().server())
                .put("tool", request.tool().tool())
                .put("definition_hash", request.tool().definitionHash())
                .put("arguments_hmac", digest(request.arguments()))
                .put("policy_version", request.policyVersion());
        return new AuditEvent(request.tenant(), EventKind.APPROVAL_BY_RULE, callId, facts);
    }

    AuditEvent redeemed(Ticket ticket, UUID callId) {
        Facts facts = of(ticket);
        edited(ticket, facts);
        return new AuditEvent(ticket.tenant(), EventKind.APPROVAL_REDEEMED, call(ticket, callId), facts);
    }

    AuditEvent carried(Ticket ticket, UUID fromCall, UUID toCall) {
        return new AuditEvent(
                ticket.tenant(),
                EventKind.APPROVAL_REDEEMED,
                toCall,
                of(ticket).put("approved_in_call", fromCall.toString()));
    }

    AuditEvent expired(Ticket ticket) {
        return new AuditEvent(
                ticket.tenant(), EventKind.APPROVAL_EXPIRED, call(ticket, ticket.requestedByCall()), of(ticket));
    }

    AuditEvent withdrawn(Ticket ticket) {
        Facts facts = of(ticket).put("actor", String.valueOf(ticket.decidedBy()));
        String reason = ticket.reason();
        if (reason != null) {
            facts.put("reason", reason);
        }
        return new AuditEvent(
                ticket.tenant(), EventKind.APPROVAL_WITHDRAWN, call(ticket, ticket.requestedByCall()), facts);
    }

    AuditEvent lifted(Ticket ticket, String by, @Nullable String reason) {
        Facts facts = of(ticket).put("approver", by).put("denied_by", String.valueOf(ticket.decidedBy()));
        if (reason != null) {
            facts.put("reason", reason);
        }
        return new AuditEvent(
                ticket.tenant(), EventKind.APPROVAL_LIFTED, call(ticket, ticket.requestedByCall()), facts);
    }

    /** A ticket that no call asked for stands in the place of one. */
    private static @Nullable UUID call(Ticket ticket, UUID id) {
        return id.equals(ticket.id()) ? null : id;
    }

    private Facts of(Ticket ticket) {
        TicketRequest request = ticket.request();
        return new Facts()
                .put("ticket", ticket.id().toString())
                .put("member", request.member())
                .put("key", request.keyId())
                .put("server", request.tool().server())
                .put("tool", request.tool().tool())
                .put("definition_hash", request.tool().definitionHash())
                .put("arguments_hmac", digest(request.arguments()));
    }
}
