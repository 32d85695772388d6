package dev.portreeve.policy.approval;

import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.ToolCall;
import java.util.UUID;

/** What a call holds of budgets while it waits for a person. Used by the call's thread. */
@FunctionalInterface
public interface HeldMoney {
    /** Told of the ticket the call ends with, if its money is to be kept for that. */
    void keep(UUID ticket);

    /**
     * Makes sure that enough is held for the call as an approver changed it, before the yes is used. May block on the database.
     *
     * @throws CallEnded if too little is left, or what it asks for now has no price
     */
    default void cover(ToolCall changed) throws CallEnded {}
}
