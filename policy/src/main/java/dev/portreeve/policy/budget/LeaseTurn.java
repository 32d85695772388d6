package dev.portreeve.policy.budget;

import dev.portreeve.policy.budget.Ruling.CallKey;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * The leases of the windows one batch speaks of: as PostgreSQL has them, and as the batch leaves them. The journal's thread
 * only.
 */
final class LeaseTurn {
    private final Leases memory;
    private final Map<WindowKey, Standing> standings;
    private final Map<LeaseKey, Long> dead;
    private final Map<WindowKey, Long> mine = new HashMap<>();
    private final Map<WindowKey, Long> others = new HashMap<>();
    private final Map<WindowKey, Long> written = new HashMap<>();
    private final Map<LeaseKey, Long> changed = new LinkedHashMap<>();
    private final Set<WindowKey> recalls = new LinkedHashSet<>();

    /** The primary key of a row of {@code policy.lease}. */
    record LeaseKey(WindowKey window, UUID replica) {}

    /**
     * What is set aside of one window.
     *
     * @param mine for this replica
     * @param all for everybody
     * @param fresh whether this replica's row says so since a short while; others are written again so that it is not taken
     *     for dead
     * @param recalled whether a call was short of what leases set aside, a moment ago
     */
    record Standing(long mine, long all, boolean fresh, boolean recalled) {
        static final Standing NONE = new Standing(0, 0, true, false);
    }

    /** @param dead leases that nobody renews any more, of those the batch wants to forfeit */
    LeaseTurn(Leases memory, Map<WindowKey, Standing> standings, Map<LeaseKey, Long> dead) {
        this.memory = memory;
        this.standings = standings;
        this.dead = new HashMap<>(dead);
        standings.forEach((window, standing) -> {
            mine.put(window, standing.mine());
            others.put(window, standing.all() - standing.mine());
        });
    }

    /** What was set aside before the batch. */
    Standing standing(WindowKey window) {
        return standings.getOrDefault(window, Standing.NONE);
    }

    /** What the batch leaves set aside. */
    Standing left(WindowKey window) {
        boolean recalled = standing(window).recalled() || recalls.contains(window);
        // A row that was stale is written again with any batch that keeps the lease.
        return new Standing(mine(window), outstanding(window), true, recalled);
    }

    /** What nobody but its replica may hold. */
    long outstanding(WindowKey window) {
        return mine(window) + others(window);
    }

    private long mine(WindowKey window) {
        return mine.getOrDefault(window, 0L);
    }

    long others(WindowKey window) {
        return others.getOrDefault(window, 0L);
    }

    /** Turns a draw into what may be held; false if the lease it was drawn from is no more. */
    boolean redeem(Hold hold) {
        if (!memory.isDrawn(hold) || !covers(hold)) {
            return false;
        }
        for (int i = 0; i < hold.windows().size(); i++) {
            WindowKey window = hold.windows().get(i);
            mine.merge(window, -hold.amounts().on(i), Long::sum);
            written.merge(window, hold.amounts().on(i), Long::sum);
        }
        return true;
    }

    private boolean covers(Hold hold) {
        for (int i = 0; i < hold.windows().size(); i++) {
            if (mine(hold.windows().get(i)) < hold.amounts().on(i)) {
                return false;
            }
        }
        return true;
    }

    /** Frees what this replica set aside and nobody drew, for a call that is larger. */
    void reclaim(WindowKey window) {
        mine.put(window, memory.reclaim(window, mine(window), written.getOrDefault(window, 0L)));
    }

    /** Asks every replica not to lease for a while: a call is short of what they set aside. */
    void recall(WindowKey window) {
        recalls.add(window);
    }

    /** Ends a lease whose replica is gone; gives what was left of it. */
    long forfeit(LeaseKey lease) {
        Long left = dead.remove(lease);
        if (left == null) {
            return 0;
        }
        others.merge(lease.window(), -left, Long::sum);
        changed.put(lease, 0L);
        return left;
    }

    /** Sizes this replica's share of a window anew, after all postings of the batch are decided. */
    void renew(WindowKey window, Balance balance) {
        Standing standing = standings.getOrDefault(window, Standing.NONE);
        boolean recalled = standing.recalled() || recalls.contains(window);
        long drawnAndWritten = written.getOrDefault(window, 0L);
        mine.put(
                window,
                memory.renew(
                        window, balance, mine(window), standing.mine(), others(window), drawnAndWritten, recalled));
        if (mine(window) != standing.mine() || (mine(window) > 0 && !standing.fresh())) {
            changed.put(new LeaseKey(window, memory.replica()), mine(window));
        }
    }

    /** Whether the window's row is to be written for the sake of its leases. */
    boolean changes(WindowKey window) {
        Standing standing = standings.getOrDefault(window, Standing.NONE);
        return outstanding(window) != standing.all() || recalls(window);
    }

    /** Whether the batch began a recall, which one that stands already need not. */
    boolean recalls(WindowKey window) {
        return recalls.contains(window)
                && !standings.getOrDefault(window, Standing.NONE).recalled();
    }

    /** Whether somebody waits for what the batch gave back of it. */
    boolean returns(WindowKey window) {
        Standing standing = standings.getOrDefault(window, Standing.NONE);
        return standing.recalled() && outstanding(window) < standing.all();
    }

    /** The rows to write. */
    Map<LeaseKey, Long> changed() {
        return changed;
    }

    /** What to do once the batch is on disk. */
    Runnable afterCommit(Set<CallKey> spokenOf) {
        Map<WindowKey, Long> granted = Map.copyOf(mine);
        return () -> memory.committed(spokenOf, granted);
    }
}
