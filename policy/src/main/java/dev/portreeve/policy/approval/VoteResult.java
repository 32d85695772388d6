package dev.portreeve.policy.approval;

/** What came of a vote. */
public sealed interface VoteResult {
    /** It decided the ticket, durably. */
    record Decided(Ticket ticket) implements VoteResult {}

    /** The ticket was decided before; nothing changed. The ticket says how. A repeated message gets this answer. */
    record AlreadyDecided(Ticket ticket) implements VoteResult {}

    /** It came too late. */
    record Expired(Ticket ticket) implements VoteResult {}

    /** This approver may not decide this ticket. */
    record NotAllowed(Ticket ticket, Why why) implements VoteResult {}

    /** There is no such ticket in this tenant. */
    record Unknown() implements VoteResult {}

    /** Why an approver is refused. */
    enum Why {
        /** Nobody approves their own call. */
        REQUESTER,
        /** The rule names others. */
        NOT_NAMED
    }
}
