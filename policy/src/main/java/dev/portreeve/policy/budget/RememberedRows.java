package dev.portreeve.policy.budget;

import dev.portreeve.policy.budget.LeaseTurn.Standing;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The rows of windows as this replica's last commit left them. Where nobody else writes to them, a batch of calls that ran on leases need
 * not read them first: it writes on the condition that they are still so (optimistic concurrency, Kung and Robinson 1981), and reads them
 * when they are not. What is not in the row, as its budget's limit and state, is as it was when it was read, at most {@link #OLDEST} ago and
 * under the same snapshot of the budgets.
 *
 * <p>For the journal's thread.
 */
final class RememberedRows {
    /** How long one goes without reading a row. */
    private static final Duration OLDEST = Duration.ofSeconds(1);
    /** How long one reads first after somebody else wrote to one of them. */
    private static final Duration AFTER_OTHERS = Duration.ofSeconds(30);

    private static final int MAX_ROWS = 10_000;

    private final Map<WindowKey, Row> rows = new HashMap<>();
    private boolean guessing;
    private boolean others;
    private long othersUntil;

    /**
     * @param standing of its leases
     * @param readAt by {@link System#nanoTime}
     * @param under the snapshot that was in force before it was read
     */
    record Row(Balance balance, Standing standing, long readAt, Budgets under) {
        boolean isStill(Balance now, Standing stands) {
            return balance.held() == now.held()
                    && balance.settled() == now.settled()
                    && balance.overrun() == now.overrun()
                    && standing.all() == stands.all();
        }
    }

    /**
     * What is remembered of a batch's windows.
     *
     * @param suffice whether a batch may be written on the condition that they are still so
     */
    record Taken(Map<WindowKey, Row> rows, boolean suffice) {
        static final Taken NOTHING = new Taken(Map.of(), false);

        Map<WindowKey, Balance> balances() {
            Map<WindowKey, Balance> balances = new HashMap<>();
            rows.forEach((window, row) -> balances.put(window, row.balance()));
            return balances;
        }

        Map<WindowKey, Standing> standings() {
            Map<WindowKey, Standing> standings = new HashMap<>();
            rows.forEach((window, row) -> standings.put(window, row.standing()));
            return standings;
        }

        /** The same rows once the batch is on disk. */
        Map<WindowKey, Row> after(Ruling ruling) {
            Map<WindowKey, Row> after = new HashMap<>();
            rows.forEach((window, row) -> after.putAll(left(Set.of(window), ruling, row.readAt(), row.under())));
            return after;
        }
    }

    /** What a batch leaves of these windows, as far as memory can know what becomes of it. */
    static Map<WindowKey, Row> left(Set<WindowKey> windows, Ruling ruling, long readAt, Budgets under) {
        Map<WindowKey, Row> left = new HashMap<>();
        for (WindowKey window : windows) {
            Standing standing = ruling.leases().left(window);
            // What a rolling budget has spent is forgotten by time, and who recalls a lease waits for what comes back.
            if (!window.isRolling() && !standing.recalled()) {
                left.put(window, new Row(ruling.left(window), standing, readAt, under));
            }
        }
        return left;
    }

    /** What is remembered of these windows, and is no more until their batch is on disk. */
    Taken take(Collection<WindowKey> windows, Budgets under) {
        long now = System.nanoTime();
        if (guessing) {
            // It was not committed: most likely somebody else was there.
            guessing = false;
            someoneElse(now);
        }
        others &= now - othersUntil < 0;
        Map<WindowKey, Row> taken = new HashMap<>();
        for (WindowKey window : windows) {
            Row row = rows.remove(window);
            if (row != null && row.under() == under && now - row.readAt() < OLDEST.toNanos()) {
                taken.put(window, row);
            }
        }
        return new Taken(taken, taken.size() == windows.size() && !others);
    }

    private void someoneElse(long now) {
        others = true;
        othersUntil = now + AFTER_OTHERS.toNanos();
    }

    /** The batch under way rests on what was taken. */
    void guess() {
        guessing = true;
    }

    /** The rows were read after all, and tell whether somebody else writes to them. */
    void compare(Taken taken, PostgresHolds.Known read) {
        taken.rows().forEach((window, row) -> {
            Balance now = read.balances().get(window);
            if (now == null || !row.isStill(now, read.leases().standing(window))) {
                someoneElse(System.nanoTime());
            }
        });
    }

    /** The batch is on disk and left these. */
    void committed(Map<WindowKey, Row> left) {
        guessing = false;
        if (rows.size() + left.size() > MAX_ROWS) {
            rows.clear();
        }
        rows.putAll(left);
    }
}
