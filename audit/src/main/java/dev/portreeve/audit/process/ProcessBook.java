package dev.portreeve.audit.process;

import dev.portreeve.audit.PostingBook;
import dev.portreeve.audit.Transaction;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;

/** The rows of processes, changed in the journal's transactions. Stateless. */
final class ProcessBook implements PostingBook<Sign> {
    private static final String INSERT =
            "INSERT INTO audit.process (id, open_since) VALUES (?, ?) ON CONFLICT (id) DO NOTHING";

    @Override
    public void apply(Transaction transaction, List<Sign> signs) throws SQLException {
        Connection connection = transaction.connection();
        for (Sign sign : signs) {
            switch (sign) {
                case Sign.Started started -> insert(connection, started.process(), started.openSince());
                case Sign.Stopped stopped -> delete(connection, stopped.process());
                case Sign.Alive alive -> alive.decide(!isSeen(connection, alive));
                case Sign.Lost lost -> lost.decide(isSilent(connection, lost.process()));
            }
        }
    }

    private static void insert(Connection connection, UUID process, Instant openSince) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
            statement.setObject(1, process);
            statement.setObject(2, time(openSince));
            statement.executeUpdate();
        }
    }

    private static void delete(Connection connection, UUID process) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("DELETE FROM audit.process WHERE id = ?")) {
            statement.setObject(1, process);
            statement.executeUpdate();
        }
    }

    /** False if it was given up: then it is there again. */
    private static boolean isSeen(Connection connection, Sign.Alive alive) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "UPDATE audit.process SET seen_at = clock_timestamp(), open_since = ? WHERE id = ?")) {
            statement.setObject(1, time(alive.openSince()));
            statement.setObject(2, alive.process());
            if (statement.executeUpdate() > 0) {
                return true;
            }
        }
        insert(connection, alive.process(), alive.openSince());
        return false;
    }

    private static boolean isSilent(Connection connection, Sign.Silent process) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("DELETE FROM audit.process WHERE id = ? AND seen_at = ?")) {
            statement.setObject(1, process.id());
            statement.setObject(2, time(process.seenAt()));
            return statement.executeUpdate() > 0;
        }
    }

    private static OffsetDateTime time(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
