package dev.portreeve.audit.retention;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs statements over one connection, together or not at all. */
final class InOneTransaction {
    private static final String HELD = "PR001";
    private static final Pattern LEGAL_HOLD = Pattern.compile("legal hold ([0-9a-f-]{36}) covers");

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
        } catch (RuntimeException failed) {
            // As jOOQ has it.
            if (failed.getCause() instanceof SQLException cause) {
                throw cause;
            }
            throw failed;
        } finally {
            if (!done) {
                connection.rollback();
            }
            connection.setAutoCommit(true);
        }
    }

    /** As {@link Held}, if PostgreSQL says that a hold is in the way. */
    static void throwIfHeld(SQLException failed) throws Held {
        Matcher said = LEGAL_HOLD.matcher(String.valueOf(failed.getMessage()));
        if (HELD.equals(failed.getSQLState()) && said.find()) {
            throw new Held(UUID.fromString(said.group(1)));
        }
    }
}
