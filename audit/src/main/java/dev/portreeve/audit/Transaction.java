package dev.portreeve.audit;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** The journal's open transaction, lent to a {@link PostingBook} for one call; it must not commit, roll back or keep it. */
public interface Transaction {
    Connection connection();

    /**
     * Leaves a writing statement for the batch's last round trip, which it shares with the records and the commit. It runs
     * after everything the books did at once, in the order in which statements were left; its result is not looked at.
     *
     * @param sql one statement without a semicolon; one of few, since each is prepared once
     */
    void atLast(String sql, Parameters parameters);

    /**
     * Says the id the transaction has, for a book whose own statements learned it on the way: the journal must know it before
     * it commits, and has to ask otherwise.
     *
     * @param xid the text of {@code pg_current_xact_id()}
     */
    void identify(String xid);

    /**
     * Says that what is left for the last round trip rests on what memory knows, and fails if that is not so any more. The journal then
     * rolls back and comes again with the same postings, together and without a word; whoever guessed must not guess again.
     */
    void guess();

    /** Sets a statement's parameters. */
    @FunctionalInterface
    interface Parameters {
        /**
         * @param first the number of the first one
         * @return the number after the last one
         */
        int set(PreparedStatement statement, int first) throws SQLException;
    }

    /**
     * Leaves something to do once the transaction is known to be committed, on the journal's thread and before anybody who
     * awaits the batch goes on. It never runs if the transaction was rolled back. It must be quick and must not throw.
     */
    void afterCommit(Runnable action);
}
