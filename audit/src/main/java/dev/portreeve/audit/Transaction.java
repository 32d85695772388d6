package dev.portreeve.audit;

import java.sql.Connection;

/** The journal's open transaction, lent to a {@link PostingBook} for one call; it must not commit, roll back or keep it. */
public interface Transaction {
    Connection connection();

    /**
     * Leaves something to do once the transaction is known to be committed, on the journal's thread and before anybody who
     * awaits the batch goes on. It never runs if the transaction was rolled back. It must be quick and must not throw.
     */
    void afterCommit(Runnable action);
}
