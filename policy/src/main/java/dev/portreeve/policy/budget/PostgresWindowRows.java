package dev.portreeve.policy.budget;

import dev.portreeve.policy.budget.LeaseTurn.LeaseKey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The windows and leases of a batch as they come, while they are locked. */
final class PostgresWindowRows {
    private final Leases memory;
    private final Map<WindowKey, Balance> balances = new HashMap<>();
    private final Map<WindowKey, LeaseTurn.Standing> standings = new HashMap<>();
    private final Map<LeaseKey, Long> dead = new HashMap<>();
    private final Map<WindowKey, Long> raised = new HashMap<>();
    private @Nullable String xid;

    PostgresWindowRows(Leases memory) {
        this.memory = memory;
    }

    void windows(ResultSet result) throws SQLException {
        try (ResultSet rows = result) {
            while (rows.next()) {
                WindowKey window = window(rows);
                xid = rows.getString(13);
                boolean over = rows.getBoolean(12);
                long more = rows.getLong(11);
                if (!over) {
                    raised.put(window, more);
                }
                long most = over ? rows.getLong(4) : Balance.saturated(rows.getLong(10), more);
                balances.put(window, new Balance(most, rows.getLong(5), rows.getLong(6), rows.getLong(7)));
                standings.put(window, new LeaseTurn.Standing(0, rows.getLong(8), true, rows.getBoolean(9)));
            }
        }
    }

    void leases(ResultSet result) throws SQLException {
        try (ResultSet rows = result) {
            while (rows.next()) {
                LeaseKey lease = new LeaseKey(window(rows), rows.getObject(4, UUID.class));
                long nanos = rows.getLong(5);
                boolean fresh = rows.getBoolean(6);
                if (lease.replica().equals(memory.replica())) {
                    standings.computeIfPresent(
                            lease.window(),
                            (window, all) -> new LeaseTurn.Standing(nanos, all.all(), fresh, all.recalled()));
                }
                if (rows.getBoolean(7)) {
                    dead.put(lease, nanos);
                }
            }
        }
    }

    static WindowKey window(ResultSet rows) throws SQLException {
        Instant start = rows.getObject(3, OffsetDateTime.class).toInstant();
        return new WindowKey(rows.getString(1), rows.getString(2), start);
    }

    /** What the windows' rows say, under the limits that hold now. */
    Map<WindowKey, Balance> balances() {
        return balances;
    }

    /** What raises add now, of windows that have not ended. */
    Map<WindowKey, Long> raised() {
        return raised;
    }

    /** The transaction's id, if there was any row. */
    @Nullable
    String xid() {
        return xid;
    }

    LeaseTurn turn() {
        return new LeaseTurn(memory, standings, dead);
    }
}
