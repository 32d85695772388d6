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
    /** Somebody read contents that were kept beside a record. */
    PAYLOAD_READ("payload.read"),
    /** A caller uploaded a file, or its batch made one. */
    FILE_KEPT("file.kept"),
    /** A caller read the content of a file of theirs. */
    FILE_READ("file.read"),
    /** A caller deleted a file of theirs. */
    FILE_DELETED("file.deleted"),
    /** The key of a subject's contents was destroyed. */
    SUBJECT_ERASED("subject.erased"),
    /** Something must not be dropped or erased until further notice. */
    HOLD_PLACED("hold.placed"),
    HOLD_RELEASED("hold.released"),
    /** A month of records or contents was dropped because its time was over. */
    RECORDS_DROPPED("records.dropped"),
    POLICY_LOADED("policy.loaded"),
    /** A process started with this configuration: its digest, and what of it differs from the one before. */
    CONFIGURATION_LOADED("configuration.loaded"),
    SERVER_STARTED("server.started"),
    /** The log is signed with other keys than at the last start. */
    SIGNING_KEY_CHANGED("signing_key.changed"),
    /** A process ended as it should; one that started and never says this was killed. */
    SERVER_STOPPED("server.stopped"),
    /** A process gave no sign of life for long and never said that it stopped: another one says so. */
    SERVER_LOST("server.lost"),
    /** The clock of a process showed an earlier time than before: what it records from here on may seem older than it is. */
    CLOCK_SET_BACK("clock.set_back"),
    /** Somebody took records away: who, which, how many, and the digest of what they were given. */
    AUDIT_EXPORTED("audit.exported"),
    /** Records went to another system by themselves: which, and where. One tells of many. */
    AUDIT_DELIVERED("audit.delivered"),
    /** Somebody checked the log in the database, and what came of it. */
    AUDIT_VERIFIED("audit.verified"),
    /** Somebody outside the database confirmed a head of the tree over all tenants' heads. */
    AUDIT_ANCHORED("audit.anchored"),
    /** An anchor did not: the first of a row of failures. */
    AUDIT_ANCHOR_FAILED("audit.anchor_failed"),
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
