package dev.portreeve.policy.approval;

/** What came of a vote. */
public sealed interface VoteResult {
    /** It decided the ticket, durably. */
    record Decided(Ticket ticket) implements VoteResult {}

    /** It counts, durably, and more people have to say yes. */
    record Counted(Ticket ticket) implements VoteResult {}

    /** This person's yes was counted before, and more people have to say yes; nothing changed. */
    record CountedBefore(Ticket ticket) implements VoteResult {}

    /** The ticket was decided before; nothing changed. The ticket says how. A repeated message gets this answer. */
    record AlreadyDecided(Ticket ticket) implements VoteResult {}

    /** It came too late. */
    record Expired(Ticket ticket) implements VoteResult {}

    /** This approver may not decide this ticket. */
    record NotAllowed(Ticket ticket, Why why) implements VoteResult {}

    /** The yes cannot be remembered as the approver wants it, so nothing was said. */
    record NotRemembered(Ticket ticket, String why) implements VoteResult {}

    /** An approver changed the arguments, and this yes is not to those: nothing was said. */
    record Changed(Ticket ticket) implements VoteResult {}

    /** The arguments cannot be changed as the approver wants, so nothing was said. */
    record NotEdited(Ticket ticket, String why) implements VoteResult {}

    /** There is no such ticket in this tenant. */
    record Unknown() implements VoteResult {}

    /** Why an approver is refused. */
    enum Why {
        /** Nobody approves their own call. */
        REQUESTER,
        /** The rule names others. */
        NOT_NAMED,
        /** The rule asks this approver only later, or this deputy's time is another. */
        NOT_NOW
    }
}
