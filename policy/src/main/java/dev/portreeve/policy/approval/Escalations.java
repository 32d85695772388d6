package dev.portreeve.policy.approval;

/**
 * Tells of tickets about which more people may decide from now on, because those who were asked first did not. They may whether or not
 * this runs; it is for the notice and the record. One thread calls {@link #runOnce} again and again, on any replica; it blocks.
 */
public final class Escalations {
    private static final int AT_ONCE = 200;

    private final Tickets tickets;
    private final ApprovalNotices notices;

    /** @param tickets shared with {@link Approvals} */
    public Escalations(Tickets tickets, ApprovalNotices notices) {
        this.tickets = tickets;
        this.notices = notices;
    }

    /** Tells of all that are due, a bounded number in one run; says of how many. */
    public int runOnce() {
        int told = 0;
        for (Ticket ticket : tickets.stored().escalating(AT_ONCE)) {
            told += tickets.escalate(ticket, notices::escalated) ? 1 : 0;
        }
        return told;
    }
}
