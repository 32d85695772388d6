package dev.portreeve.policy.approval;

/** What came of lifting a no. */
public sealed interface Lifting {
    /** It refuses nothing any more, durably; the ticket stays denied, and the same call asks anew. */
    record Done(Ticket ticket) implements Lifting {}

    /** There is no no that holds; nothing changed. The ticket says how it stands. */
    record NothingHolds(Ticket ticket) implements Lifting {}

    /** This person may not decide about the ticket. */
    record NotAllowed(VoteResult.NotAllowed refused) implements Lifting {}

    /** There is no such ticket in this tenant. */
    record Unknown() implements Lifting {}
}
