package dev.portreeve.audit.retention;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.UUID;
import org.jooq.exception.DataAccessException;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** Runs statements over one connection, together or not at all. */
final class InOneTransaction {
    private static final String HELD = "PR001";

    private InOneTransaction() {}

    /** What is done; may throw what JDBC and jOOQ throw. */
    interface Work<R> {
        R run() throws SQLException;
    }

    static <R> R of(Connection connection, Work<R> work) throws SQLException {
        connection.setAutoCommit(false);
        boolean done = false;
        try {
            R result = work.run();
            connection.commit();
            done = true;
            return result;
        } catch (DataAccessException failed) {
            SQLException cause = failed.getCause(SQLException.class);
            throw cause == null ? new SQLException(failed) : cause;
        } finally {
            if (!done) {
                connection.rollback();
            }
            connection.setAutoCommit(true);
        }
    }

    /** As {@link Held}, if PostgreSQL says that a hold is in the way. */
    static void throwIfHeld(SQLException failed) throws Held {
        if (HELD.equals(failed.getSQLState()) && failed instanceof PSQLException said) {
            ServerErrorMessage message = said.getServerErrorMessage();
            if (message != null && message.getDetail() != null) {
                throw new Held(UUID.fromString(message.getDetail()));
            }
        }
    }
}
