package dev.portreeve.policy.budget;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import javax.sql.DataSource;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;

/**
 * What calls left held that ended with the ticket of an approval, inside the journal's transaction. One hold for each ticket, which the
 * primary key decides; it is there until its hold is resolved, in the same transaction.
 */
final class PostgresParkedHolds {
    private static final String COLUMNS =
            "k.tenant, k.call_id, h.budget_ids, h.window_starts, h.amount_nanos, h.amounts";
    private static final String OF_TICKET = "SELECT " + COLUMNS + """
             FROM policy.parked_hold k JOIN policy.held_call h ON h.tenant = k.tenant AND h.call_id = k.call_id
            WHERE k.tenant = ? AND k.ticket = ?""";
    /**
     * The same as a ticket that is alive for the gate, whether or not somebody wrote down already that its time is over. Row by row through
     * the indexes (LATERAL): this is asked each half second, nearly always of nothing, and a join would read all holds there ever were.
     */
    private static final String OF_NO_USE = "SELECT " + COLUMNS + """
             FROM policy.parked_hold k
            CROSS JOIN LATERAL (
                SELECT * FROM policy.held_call h WHERE h.tenant = k.tenant AND h.call_id = k.call_id LIMIT 1) h
            LEFT JOIN LATERAL (
                SELECT a.id FROM policy.approval a WHERE a.tenant = k.tenant AND a.id = k.ticket
                    AND (a.state = 'pending' AND a.expires_at > now() OR a.state = 'approved' AND a.redeem_before > now())
                LIMIT 1) a ON true
            WHERE a.id IS NULL LIMIT ?""";

    private static final String PARK =
            "INSERT INTO policy.parked_hold (tenant, ticket, call_id) VALUES (?, ?, ?) ON CONFLICT (tenant, ticket) DO NOTHING";
    private static final String WHOSE = "SELECT call_id FROM policy.parked_hold WHERE tenant = ? AND ticket = ?";
    private static final String FORGET = "DELETE FROM policy.parked_hold WHERE tenant = ? AND call_id = ?";

    private final Connection connection;

    PostgresParkedHolds(Connection connection) {
        this.connection = connection;
    }

    /**
     * Finds what the batch's holds can take over, then says which of its settlements may leave theirs. Before any window is locked; in
     * the order of the tickets, as everybody does, so that nobody waits in a circle.
     */
    void decide(List<BudgetPosting> batch) throws SQLException {
        List<Settlement> parking = new ArrayList<>();
        for (BudgetPosting posting : batch) {
            switch (posting) {
                case Hold hold when hold.ticket() != null -> hold.earlier(earlier(hold.tenant(), hold.ticket()));
                case Settlement settlement when settlement.ticket() != null -> parking.add(settlement);
                case Hold ignored -> {}
                case Settlement ignored -> {}
                case LeasePosting ignored -> {}
            }
        }
        parking.sort(Comparator.comparing(Settlement::tenant)
                .thenComparing(settlement -> Objects.requireNonNull(settlement.ticket())));
        for (Settlement settlement : parking) {
            settlement.parking(park(settlement, Objects.requireNonNull(settlement.ticket())));
        }
    }

    /** A hold never changes, so it may be read before its windows are locked; whether it is still kept is read after. */
    private Hold.@Nullable Earlier earlier(String tenant, UUID ticket) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(OF_TICKET)) {
            statement.setString(1, tenant);
            statement.setObject(2, ticket);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return null;
                }
                UUID call = row.getObject(2, UUID.class);
                return new Hold.Earlier(call, true, List.of(new Hold.Earlier.Held(call, windows(row))), List.of());
            }
        }
    }

    private boolean park(Settlement settlement, UUID ticket) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(PARK)) {
            insert.setString(1, settlement.tenant());
            insert.setObject(2, ticket);
            insert.setObject(3, settlement.callId());
            if (insert.executeUpdate() == 1) {
                return true;
            }
        }
        // It is this call's own if its commit went through although nobody heard of it.
        try (PreparedStatement select = connection.prepareStatement(WHOSE)) {
            select.setString(1, settlement.tenant());
            select.setObject(2, ticket);
            try (ResultSet row = select.executeQuery()) {
                return row.next() && settlement.callId().equals(row.getObject(1, UUID.class));
            }
        }
    }

    /** Forgets what was resolved, and what came to nothing. After all is decided. */
    void forget(List<BudgetPosting> decided, Ruling ruling) throws SQLException {
        for (BudgetPosting posting : decided) {
            if (posting instanceof Settlement settlement
                    && settlement.isParking()
                    && settlement.result() != Settlement.Result.PARKED) {
                forget(settlement.tenant(), settlement.callId());
            }
        }
        for (Ruling.CallKey call : ruling.unparked()) {
            forget(call.tenant(), call.callId());
        }
    }

    private void forget(String tenant, UUID call) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(FORGET)) {
            statement.setString(1, tenant);
            statement.setObject(2, call);
            statement.executeUpdate();
        }
    }

    /**
     * What is of no use now, whatever time its ticket had; on a connection of its own.
     *
     * @throws DataAccessException if the database does not answer
     */
    static List<Settlement> ofNoUse(DataSource database, int most) {
        try (Connection connection = database.getConnection()) {
            return new PostgresParkedHolds(connection).ofNoUse(most);
        } catch (SQLException failed) {
            throw new DataAccessException("what is kept for approvals cannot be read", failed);
        }
    }

    /** Gives what is kept for tickets that cannot lead to a call any more: denied, used, over. To be read outside of the journal. */
    List<Settlement> ofNoUse(int limit) throws SQLException {
        List<Settlement> found = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(OF_NO_USE)) {
            statement.setInt(1, limit);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    found.add(Settlement.unparked(
                            row.getString(1),
                            row.getObject(2, UUID.class),
                            windows(row),
                            Amounts.of(row.getLong(5), PostgresColumns.longs(row, 6))));
                }
            }
        }
        return found;
    }

    private static List<WindowKey> windows(ResultSet row) throws SQLException {
        List<WindowKey> windows = new ArrayList<>();
        String[] budgets = (String[]) row.getArray(3).getArray();
        Timestamp[] starts = (Timestamp[]) row.getArray(4).getArray();
        for (int i = 0; i < budgets.length; i++) {
            windows.add(new WindowKey(row.getString(1), budgets[i], starts[i].toInstant()));
        }
        return List.copyOf(windows);
    }
}
