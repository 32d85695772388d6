package dev.portreeve.policy.approval;

/** Where a ticket stands. It only ever moves forward: pending, then a decision or expiry, and from approved to redeemed or expired. */
public enum TicketState {
    /** Nobody has decided. */
    PENDING,
    /** A yes that has not been used. */
    APPROVED,
    DENIED,
    /** Nobody decided in time, or a yes was not used in time: a no. */
    EXPIRED,
    /** The yes was used, by exactly one call. */
    REDEEMED
}
