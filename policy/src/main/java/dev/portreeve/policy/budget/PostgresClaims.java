package dev.portreeve.policy.budget;

import dev.portreeve.policy.call.IdempotentRun;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The claims of idempotency keys, inside the journal's transaction: a key is claimed with its call's hold and gets its end with
 * the settlement, so that no crash can come between. Calls without a key cost nothing here. Plain JDBC, as the holds.
 */
final class PostgresClaims {
    /** The pause of {@code dev.portreeve.policy.idempotency.PostgresIdempotentRuns#DEAD_AFTER}, by the database's clock. */
    private static final String CLAIM = """
        INSERT INTO policy.idempotent_run AS r (tenant, key_hash, body_hash, call_id, state, expires_at)
        VALUES (?, decode(?, 'hex'), ?, ?, 'running', now() + ? * interval '1 millisecond')
        ON CONFLICT (tenant, key_hash) DO UPDATE
        SET body_hash = excluded.body_hash, call_id = excluded.call_id, state = 'running', touched_at = now(),
            expires_at = excluded.expires_at
        WHERE r.call_id = excluded.call_id
            OR (r.state = 'running' AND r.call_id = ? AND r.body_hash = excluded.body_hash
                AND r.touched_at < now() - interval '30 seconds')
            OR (?::uuid IS NULL AND r.state <> 'running' AND r.expires_at < now())
        RETURNING xmax <> 0\
        """;

    private static final String STILL = """
        UPDATE policy.idempotent_run SET touched_at = now()
        WHERE tenant = ? AND key_hash = decode(?, 'hex') AND call_id = ? AND state = 'running'\
        """;
    private static final String HELD =
            "SELECT budget_ids, window_starts FROM policy.held_call WHERE tenant = ? AND call_id = ?";
    private static final String END = """
        UPDATE policy.idempotent_run SET state = ?, expires_at = now() + ? * interval '1 millisecond'
        WHERE tenant = ? AND key_hash = decode(?, 'hex') AND call_id = ?\
        """;
    private static final String RELEASE =
            "DELETE FROM policy.idempotent_run WHERE tenant = ? AND key_hash = decode(?, 'hex') AND call_id = ?";
    private static final String GIVE_BACK = """
        UPDATE policy.idempotent_run SET call_id = ?, touched_at = now() - interval '1 hour'
        WHERE tenant = ? AND key_hash = decode(?, 'hex') AND call_id = ?\
        """;
    private static final String TAKE_OVER = """
        INSERT INTO policy.posting_taken_over (tenant, call_id, by_call_id) VALUES (?, ?, ?)\
        """;

    private final Connection connection;

    PostgresClaims(Connection connection) {
        this.connection = connection;
    }

    private record Step(CallPosting posting, IdempotentRun run) {}

    /**
     * Claims the keys of the batch's holds and ends those of its settlements, and says in each run what came of it. In the order
     * of the keys, as everybody does, so that nobody waits in a circle; what speaks of one key stays in its order.
     */
    void decide(List<BudgetPosting> batch) throws SQLException {
        List<Step> steps = new ArrayList<>();
        for (BudgetPosting posting : batch) {
            IdempotentRun run = runOf(posting);
            if (run != null && posting instanceof CallPosting call) {
                steps.add(new Step(call, run));
            }
        }
        steps.sort(Comparator.comparing((Step step) -> step.run().key().tenant())
                .thenComparing(step -> step.run().key().hash()));
        for (Step step : steps) {
            switch (step.posting()) {
                case Hold hold when hold.isRaise() -> keep(hold, step.run());
                case Hold hold -> claim(hold, step.run());
                case Settlement settlement -> end(settlement, step.run());
            }
        }
    }

    private static @Nullable IdempotentRun runOf(BudgetPosting posting) {
        return switch (posting) {
            case Hold hold -> hold.run();
            case Settlement settlement -> settlement.run();
            case LeasePosting ignored -> null;
        };
    }

    /** One more hold of a call that runs: only as long as nobody has taken its place. */
    private void keep(Hold raise, IdempotentRun run) throws SQLException {
        UUID call = Hold.raised(raise.callId());
        try (PreparedStatement statement = connection.prepareStatement(STILL)) {
            set(statement, 1, run, call == null ? raise.callId() : call);
            run.claimed(statement.executeUpdate() == 1);
        }
    }

    private void claim(Hold hold, IdempotentRun run) throws SQLException {
        hold.earlier(null);
        run.claimed(false);
        UUID earlier = run.earlier();
        try (PreparedStatement statement = connection.prepareStatement(CLAIM)) {
            statement.setString(1, hold.tenant());
            statement.setString(2, run.key().hash());
            statement.setBytes(3, run.body());
            statement.setObject(4, hold.callId());
            statement.setLong(5, run.keep().toMillis());
            statement.setObject(6, earlier);
            statement.setObject(7, earlier);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return;
                }
                run.claimed(true);
                if (row.getBoolean(1) && earlier != null) {
                    hold.earlier(new Hold.Earlier(earlier, holdsOf(hold.tenant(), earlier), List.of()));
                }
            }
        }
    }

    /** The dead call's holds; a hold never changes, so they may be read before their windows are locked. */
    private List<Hold.Earlier.Held> holdsOf(String tenant, UUID call) throws SQLException {
        List<Hold.Earlier.Held> holds = new ArrayList<>();
        for (UUID id : Hold.ids(call)) {
            try (PreparedStatement statement = connection.prepareStatement(HELD)) {
                statement.setString(1, tenant);
                statement.setObject(2, id);
                try (ResultSet row = statement.executeQuery()) {
                    if (row.next()) {
                        holds.add(new Hold.Earlier.Held(id, windows(tenant, row)));
                    }
                }
            }
        }
        return List.copyOf(holds);
    }

    private static List<WindowKey> windows(String tenant, ResultSet row) throws SQLException {
        List<WindowKey> windows = new ArrayList<>();
        String[] budgets = (String[]) array(row, 1);
        Timestamp[] starts = (Timestamp[]) array(row, 2);
        for (int i = 0; i < budgets.length; i++) {
            Instant start = starts[i].toInstant();
            windows.add(new WindowKey(tenant, budgets[i], start));
        }
        return List.copyOf(windows);
    }

    private static Object array(ResultSet row, int column) throws SQLException {
        Array array = row.getArray(column);
        return array.getArray();
    }

    private void end(Settlement settlement, IdempotentRun run) throws SQLException {
        switch (run.end()) {
            case ANSWERED, UNKEPT -> {
                try (PreparedStatement statement = connection.prepareStatement(END)) {
                    statement.setString(1, run.end().name().toLowerCase(Locale.ROOT));
                    statement.setLong(2, run.keep().toMillis());
                    set(statement, 3, run, settlement.callId());
                    run.lost(statement.executeUpdate() == 0);
                }
            }
            case RELEASED -> release(run, settlement.callId());
            case LEFT -> {} // As if it had died here.
        }
    }

    private void release(IdempotentRun run, UUID call) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(RELEASE)) {
            set(statement, 1, run, call);
            statement.executeUpdate();
        }
    }

    private static void set(PreparedStatement statement, int first, IdempotentRun run, UUID call) throws SQLException {
        statement.setString(first, run.key().tenant());
        statement.setString(first + 1, run.key().hash());
        statement.setObject(first + 2, call);
    }

    /** Gives the keys back whose calls got no money. */
    void giveBackRefused(List<BudgetPosting> decided) throws SQLException {
        for (BudgetPosting posting : decided) {
            if (posting instanceof Hold hold
                    && !hold.isRaise()
                    && hold.run() instanceof IdempotentRun run
                    && hold.decision() instanceof Hold.Decision.Exhausted) {
                Hold.Earlier earlier = hold.earlier();
                if (earlier == null) {
                    release(run, hold.callId());
                } else {
                    try (PreparedStatement statement = connection.prepareStatement(GIVE_BACK)) {
                        statement.setObject(1, earlier.callId());
                        set(statement, 2, run, hold.callId());
                        statement.executeUpdate();
                    }
                }
            }
        }
    }

    /** Writes which postings count no longer. */
    void takeOver(Ruling ruling) throws SQLException {
        for (Map.Entry<Ruling.CallKey, UUID> taken : ruling.takenOver().entrySet()) {
            try (PreparedStatement statement = connection.prepareStatement(TAKE_OVER)) {
                statement.setString(1, taken.getKey().tenant());
                statement.setObject(2, taken.getKey().callId());
                statement.setObject(3, taken.getValue());
                statement.executeUpdate();
            }
        }
    }
}
