package dev.portreeve.audit;

import java.sql.SQLException;
import java.util.List;

/**
 * Rows that change in the same transaction as the records that speak of them: budgets, approval tickets.
 *
 * @param <P> the posting, which also carries the book's decision back to whoever appended it
 */
public interface PostingBook<P> {
    /**
     * Applies the postings in order and leaves in each its decision. Called on the journal's writer thread, inside its
     * transaction. After a rollback the same postings come again, perhaps one by one: every decision is made anew.
     *
     * @throws SQLException rolls the transaction back
     */
    void apply(Transaction transaction, List<P> postings) throws SQLException;
}
