package dev.portreeve.policy.budget;

import dev.portreeve.policy.access.BudgetGauge;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.call.NanoUsd;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jooq.exception.DataAccessException;

/**
 * How full budgets are, for rules that ask: what PostgreSQL said of the windows above a caller, kept in memory and read again in the
 * background as long as anybody asks for them. Only the first call that asks for a window waits for the database. What runs on any replica and is not
 * written yet is not counted. Thread-safe.
 */
public final class PostgresBudgetGauge implements BudgetGauge {
    /** Nobody asked for it for so long: it is forgotten, and read anew for whoever asks next. */
    private static final Duration ASKED_LATELY = Duration.ofMinutes(1);
    /** Without an answer of the database for so long nobody knows any more. */
    private static final Duration OLDEST = Duration.ofSeconds(15);

    private static final int MAX_WINDOWS = 20_000;
    private static final int AT_ONCE = 500;
    private static final long PERCENT = 100;
    private static final long NANOS_PER_MICRO = 1_000;

    private static final String READ = """
            SELECT w.tenant, w.budget_id, w.starts_at, w.held_nanos, w.settled_nanos, w.overrun_nanos, w.carried_nanos,
                coalesce((SELECT sum(p.settled_nanos + p.overrun_nanos) FROM policy.budget_bucket p
                    WHERE p.tenant = w.tenant AND p.budget_id = w.budget_id AND p.starts_at = w.starts_at
                        AND p.counts_until <= now()), 0)::bigint
            FROM policy.budget_window w
            JOIN unnest(?::text[], ?::text[], ?::timestamptz[]) AS k (tenant, budget_id, starts_at)
                USING (tenant, budget_id, starts_at)""";

    private final DataSource database;
    private final Supplier<Budgets> budgets;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final Map<WindowKey, Known> windows = new ConcurrentHashMap<>();

    /** @param used spent and held, without what counts no longer */
    private record Known(long used, long carried, long readAt, long askedAt) {
        Known askedAt(long now) {
            return new Known(used, carried, readAt, now);
        }
    }

    /** @param database a pool with the application's role */
    public PostgresBudgetGauge(DataSource database, PostgresBudgets budgets, InstantSource clock) {
        this(database, budgets, clock, System::nanoTime);
    }

    PostgresBudgetGauge(DataSource database, Supplier<Budgets> budgets, InstantSource clock, LongSupplier nanos) {
        this.database = database;
        this.budgets = budgets;
        this.clock = clock;
        this.nanos = nanos;
    }

    /** @throws IllegalStateException if the database has not answered for too long */
    @Override
    public Reading of(GovernedCall call) {
        List<Level> levels = budgets.get().above(call, clock.instant()).stream()
                .filter(level -> !level.budget().isSoft())
                .toList();
        long now = nanos.getAsLong();
        List<WindowKey> unknown = levels.stream()
                .map(Level::key)
                .filter(key -> !windows.containsKey(key))
                .toList();
        if (!unknown.isEmpty()) {
            read(unknown, now);
        }
        long left = Long.MAX_VALUE;
        long percent = 0;
        for (Level level : levels) {
            Known known = windows.computeIfPresent(level.key(), (key, one) -> one.askedAt(now));
            if (known == null || now - known.readAt() > OLDEST.toNanos()) {
                throw new IllegalStateException("nobody knows what is left of a budget now");
            }
            long limit = Balance.saturated(level.budget().limit(), known.carried());
            percent = Math.max(percent, percent(known.used(), limit));
            NanoUsd money = level.unit().dollars(Math.max(0, limit - Math.min(limit, known.used())));
            if (money != null) {
                left = Math.min(left, money.nanos() / NANOS_PER_MICRO);
            }
        }
        return new Reading(left, percent);
    }

    private static long percent(long used, long limit) {
        if (limit <= 0) {
            return PERCENT;
        }
        return used > Long.MAX_VALUE / PERCENT ? (long) ((double) used / limit * PERCENT) : used * PERCENT / limit;
    }

    /**
     * Reads all windows again that were asked for lately; to be called every second or two.
     *
     * @throws DataAccessException if the database does not answer; what is known goes on to hold for a while
     */
    public void refresh() {
        long now = nanos.getAsLong();
        windows.values().removeIf(one -> now - one.askedAt() > ASKED_LATELY.toNanos());
        List<WindowKey> all = new ArrayList<>(windows.keySet());
        for (int i = 0; i < all.size(); i += AT_ONCE) {
            read(all.subList(i, Math.min(all.size(), i + AT_ONCE)), now);
        }
    }

    private void read(Collection<WindowKey> keys, long now) {
        if (windows.size() > MAX_WINDOWS) {
            windows.clear();
        }
        Map<WindowKey, Known> found = new HashMap<>();
        // A window that nobody has used yet has no row.
        keys.forEach(key -> found.put(key, new Known(0, 0, now, now)));
        try (Connection connection = database.getConnection();
                PreparedStatement read = connection.prepareStatement(READ)) {
            read.setArray(1, texts(connection, keys.stream().map(WindowKey::tenant)));
            read.setArray(2, texts(connection, keys.stream().map(WindowKey::budgetId)));
            read.setArray(3, times(connection, keys));
            try (ResultSet rows = read.executeQuery()) {
                while (rows.next()) {
                    WindowKey key = PostgresWindowRows.window(rows);
                    long spent = Balance.saturated(rows.getLong(5), rows.getLong(6)) - rows.getLong(8);
                    found.put(
                            key,
                            new Known(
                                    Balance.saturated(rows.getLong(4), Math.max(0, spent)), rows.getLong(7), now, now));
                }
            }
        } catch (SQLException away) {
            throw new DataAccessException("what is left of budgets could not be read", away);
        }
        found.forEach((key, one) -> windows.merge(key, one, (old, fresh) -> fresh.askedAt(old.askedAt())));
    }

    private static Array texts(Connection connection, java.util.stream.Stream<String> texts) throws SQLException {
        return connection.createArrayOf("text", texts.toArray());
    }

    private static Array times(Connection connection, Collection<WindowKey> keys) throws SQLException {
        return connection.createArrayOf(
                "timestamptz", keys.stream().map(key -> time(key.start())).toArray());
    }

    private static OffsetDateTime time(Instant start) {
        return start.atOffset(ZoneOffset.UTC);
    }
}
