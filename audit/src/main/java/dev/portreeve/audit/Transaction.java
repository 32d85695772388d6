package dev.portreeve.audit;

import java.sql.Connection;

/** The journal's open transaction, lent to a {@link PostingBook} for one call; it must not commit, roll back or keep it. */
public interface Transaction {
    Connection connection();
}
