package dev.portreeve.policy.approval;

/** Which tickets a list has. */
public sealed interface TicketFilter {
    /** All there are. */
    record All() implements TicketFilter {}

    /** Those in one state, also where their time is over. */
    record In(TicketState.Name state) implements TicketFilter {}

    /** Those about which somebody can still decide. */
    record Waiting() implements TicketFilter {}

    /**
     * Those that wait and about which one person may decide, now or when the rules ask more people. Nobody may about their own.
     *
     * @param person as the organisation names them
     */
    record WaitingFor(String person) implements TicketFilter {}
}
