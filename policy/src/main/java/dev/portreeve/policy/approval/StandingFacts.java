package dev.portreeve.policy.approval;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.Facts;
import dev.portreeve.policy.key.Pepper;
import java.util.HexFormat;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What records say about remembered yeses: who, what, bounds by their hash, and times; a condition may quote arguments, so it is not there. */
final class StandingFacts {
    private static final String PURPOSE = "standing-approval";
    private final Pepper pepper;

    /** @param pepper keys the digest of conditions, so that short ones cannot be found by guessing */
    StandingFacts(Pepper pepper) {
        this.pepper = pepper;
    }

    AuditEvent remembered(StandingApproval standing) {
        StandingApproval.Grant grant = standing.grant();
        Facts facts = of(standing)
                .put("rules", grant.ruleIds())
                .put("rules_digest", grant.rules())
                .put("definition_hash", grant.tool().definitionHash())
                .put("condition_hmac", HexFormat.of().formatHex(pepper.hash(PURPOSE, grant.condition())))
                .put("scope", grant.scope().name().toLowerCase(Locale.ROOT))
                .put("max_uses", grant.maxUses())
                .put("expires_at", standing.expiresAt().toString());
        String session = grant.session();
        if (session != null && !session.isEmpty()) {
            facts.put("session", session);
        }
        return event(EventKind.APPROVAL_REMEMBERED, standing, facts);
    }

    AuditEvent revoked(StandingApproval standing) {
        StandingApproval.End end = standing.end();
        Facts facts = of(standing).put("uses", standing.uses());
        if (end != null) {
            facts.put("actor", end.by());
            put(facts, "reason", end.reason());
        }
        return event(EventKind.APPROVAL_REVOKED, standing, facts);
    }

    AuditEvent expired(StandingApproval standing) {
        return event(EventKind.APPROVAL_LAPSED, standing, of(standing).put("uses", standing.uses()));
    }

    AuditEvent redeemed(StandingApproval standing, UUID call) {
        Facts facts = of(standing).put("uses", standing.uses());
        return new AuditEvent(standing.grant().tenant(), EventKind.APPROVAL_REDEEMED, call, facts);
    }

    /** For the record of a call that runs under it. */
    static Facts used(StandingApproval standing) {
        return new Facts()
                .put("id", standing.id().toString())
                .put("ticket", standing.grant().ticket().toString())
                .put("approver", standing.grant().by());
    }

    private static Facts of(StandingApproval standing) {
        StandingApproval.Grant grant = standing.grant();
        return new Facts()
                .put("standing_approval", standing.id().toString())
                .put("ticket", grant.ticket().toString())
                .put("approver", grant.by())
                .put("member", grant.member())
                .put("key", grant.keyId())
                .put("server", grant.tool().server())
                .put("tool", grant.tool().tool());
    }

    private static void put(Facts facts, String name, @Nullable String value) {
        if (value != null) {
            facts.put(name, value);
        }
    }

    private static AuditEvent event(EventKind kind, StandingApproval standing, Facts facts) {
        return new AuditEvent(standing.grant().tenant(), kind, null, facts);
    }
}
