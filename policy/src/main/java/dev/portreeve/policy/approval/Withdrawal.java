package dev.portreeve.policy.approval;

/** What came of taking a ticket back. */
public sealed interface Withdrawal {
    /** It is withdrawn, durably. */
    record Done(Ticket ticket) implements Withdrawal {}

    /** It was decided against, used, over or withdrawn before; nothing changed. The ticket says which. */
    record TooLate(Ticket ticket) implements Withdrawal {}

    /** There is no such ticket in this tenant. */
    record Unknown() implements Withdrawal {}
}
