package dev.portreeve.audit;

/** The closed set of record kinds; {@link #code()} is what stands in a record and never changes its meaning. */
public enum EventKind {
    /** A call was admitted: decision, money held. Written before any effect. */
    CALL_OPENED("call.opened"),
    /** An opened call ended: outcome, usage, money settled. */
    CALL_CLOSED("call.closed"),
    /** A call ended before anything was held or run: decision and reason in one record. */
    CALL_REFUSED("call.refused"),
    /** What a gateway that is gone had set aside of a budget and may have spent: charged. */
    LEASE_FORFEITED("lease.forfeited"),
    APPROVAL_REQUESTED("approval.requested"),
    /** Nobody decided for a while, so more people may. */
    APPROVAL_ESCALATED("approval.escalated"),
    APPROVAL_DECIDED("approval.decided"),
    APPROVAL_EXPIRED("approval.expired"),
    APPROVAL_REDEEMED("approval.redeemed"),
    /** The side that asked took its request back, or what it asked for no longer holds. */
    APPROVAL_WITHDRAWN("approval.withdrawn"),
    /** A no refuses the same call no longer, by the word of somebody who may decide. */
    APPROVAL_LIFTED("approval.lifted"),
    /** The rules that ask approved the call themselves, so nobody was asked. */
    APPROVAL_BY_RULE("approval.by_rule"),
    /** A yes was given for further calls too. */
    APPROVAL_REMEMBERED("approval.remembered"),
    /** A yes that was given for further calls was ended before its time. */
    APPROVAL_REVOKED("approval.revoked"),
    /** The time of a yes that was given for further calls is over. */
    APPROVAL_LAPSED("approval.lapsed"),
    AUTHENTICATION_REJECTED("authentication.rejected"),
    KEY_CREATED("key.created"),
    KEY_REVOKED("key.revoked"),
    ADMIN_ACTION("admin.action"),
    POLICY_LOADED("policy.loaded"),
    SERVER_STARTED("server.started"),
    /** What a tool server says about itself is in use: by a person's decision, or by the server's policy. */
    DEFINITION_ACCEPTED("definition.accepted"),
    /** A new or changed definition waits for a person. */
    DEFINITION_QUARANTINED("definition.quarantined"),
    DEFINITION_REJECTED("definition.rejected"),
    /** A tool server said that it no longer has it. */
    DEFINITION_WITHDRAWN("definition.withdrawn");

    private final String code;

    EventKind(String code) {
        this.code = code;
    }

    public String code() {
        return code;
    }
}
