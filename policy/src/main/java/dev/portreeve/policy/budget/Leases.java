package dev.portreeve.policy.budget;

import dev.portreeve.policy.budget.Ruling.CallKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What this process may hold from memory: of each budget window a share that PostgreSQL has set aside for it beforehand
 * (O'Neil's escrow method, 1986). A call draws its worst case on every level, all or none, without waiting for anybody; the
 * hold itself is written with the call's end, or when that is long in coming. Whatever PostgreSQL sets aside is at least what is free here plus what was drawn and is
 * not written yet, so that the limit holds whatever happens to this process.
 *
 * <p>Shares renew with each batch that touches their window, sized by what calls drew lately, and shrink to nothing as a budget
 * nears its end. Thread-safe; nothing here blocks.
 */
final class Leases {
    /** Of what is left of a window, one replica takes at most this part; beyond that calls are decided in PostgreSQL. */
    private static final int PART_OF_THE_REST = 4;
    /** How many times what one batch wrote the next may draw. */
    private static final int HEADROOM = 2;
    /** How fast demand that is over is forgotten, with each batch: an eighth. */
    private static final int FORGET_SHIFT = 3;

    private static final int MAX_SHARES = 100_000;
    /**
     * Draws are written after {@link LeaseSweeper#LONG_CALL} at the latest; a journal that is behind by more than this may
     * have lost its database, and nothing more is given away from memory.
     */
    private static final Duration LONGEST_LAG = Duration.ofSeconds(4);
    /** A share nobody confirmed for so long may have been forfeited; well below {@link PostgresExpiredLeases#DEAD_AFTER}. */
    private static final Duration LONGEST_UNCONFIRMED = Duration.ofSeconds(20);

    private final UUID replica;
    private final int most;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<WindowKey, Share> shares = new HashMap<>();
    /** Drawn and not yet written, the oldest first. */
    private final Map<CallKey, Drawn> drawn = new LinkedHashMap<>();

    /** @param replica names this run of this process; no other one, not even of the same machine, may ever have it */
    Leases(UUID replica) {
        this(replica, MAX_SHARES);
    }

    private Leases(UUID replica, int most) {
        this.replica = replica;
        this.most = most;
    }

    /** For a book that leases nothing: every call is decided by it. */
    static Leases none() {
        return new Leases(new UUID(0, 0), 0);
    }

    UUID replica() {
        return replica;
    }

    private static final class Drawn {
        private final Hold hold;
        private final long at;
        private boolean queued;

        Drawn(Hold hold, long at) {
            this.hold = hold;
            this.at = at;
        }
    }

    private static final class Share {
        private long free;
        private long drawn;
        private long granted;
        private long limit;
        private long demand;
        private long peak;
        private long usual;
        private long usedAt;
        private long confirmedAt;
        private long askedAt;
        private boolean unused;
        private @Nullable Balance known;

        boolean lies(long now, Duration idle) {
            boolean asked = unused && now - askedAt < LONGEST_UNCONFIRMED.toNanos();
            boolean something = granted > drawn || drawn == 0;
            return something && !asked && now - usedAt >= idle.toNanos();
        }
    }

    /** Holds from memory if every level has enough; says whether it did. Either way the levels learn what is wanted. */
    boolean draw(Hold hold) {
        long now = System.nanoTime();
        lock.lock();
        try {
            boolean enough = !behind(now);
            for (int i = 0; i < hold.levels().size(); i++) {
                Level level = hold.levels().get(i);
                enough &= wanted(level, hold.amounts().on(i), now);
            }
            if (enough) {
                move(hold, 1);
                hold.draw(balances(hold));
                drawn.put(CallKey.of(hold), new Drawn(hold, now));
            }
            return enough;
        } finally {
            lock.unlock();
        }
    }

    private List<Balance> balances(Hold hold) {
        Balance[] after = new Balance[hold.windows().size()];
        for (int i = 0; i < after.length; i++) {
            after[i] = balance(hold.windows().get(i));
        }
        return List.of(after);
    }

    private boolean behind(long now) {
        return !drawn.isEmpty() && now - drawn.values().iterator().next().at > LONGEST_LAG.toNanos();
    }

    /** As PostgreSQL said last, with everything that was drawn here since. */
    private Balance balance(WindowKey window) {
        Share share = Objects.requireNonNull(shares.get(window));
        Balance known = share.known;
        return (known == null ? Balance.empty(share.limit) : known).hold(share.drawn);
    }

    /** Draws that are so old that their calls' ends are long in coming, and that were not {@link #queued} yet. */
    List<Hold> unwritten(Duration age) {
        long now = System.nanoTime();
        List<Hold> holds = new ArrayList<>();
        lock.lock();
        try {
            for (Drawn one : drawn.values()) {
                if (now - one.at < age.toNanos()) {
                    break;
                }
                if (!one.queued && !one.hold.isEnding()) {
                    holds.add(one.hold);
                }
            }
            return holds;
        } finally {
            lock.unlock();
        }
    }

    /** This draw is on its way to the book by itself. */
    void queued(Hold hold) {
        lock.lock();
        try {
            Drawn one = drawn.get(CallKey.of(hold));
            if (one != null) {
                one.queued = true;
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean wanted(Level level, long amount, long now) {
        Share share = shares.get(level.key());
        if (share == null) {
            if (shares.size() < most) {
                share = new Share();
                shares.put(level.key(), share);
            } else {
                return false;
            }
        }
        share.demand = saturated(share.demand, amount);
        share.usual = amount;
        share.usedAt = now;
        share.unused = false;
        long limit = level.budget().ceiling();
        if (share.limit != limit) {
            // What was set aside under another limit may be more than this one allows.
            share.limit = limit;
            share.free = 0;
        }
        return share.free >= amount && now - share.confirmedAt < LONGEST_UNCONFIRMED.toNanos();
    }

    private void move(Hold hold, int direction) {
        for (int i = 0; i < hold.windows().size(); i++) {
            Share share = shares.get(hold.windows().get(i));
            if (share != null) {
                long amount = direction * hold.amounts().on(i);
                share.free -= amount;
                share.drawn += amount;
            }
        }
    }

    /** Takes a draw back whose hold never went to the journal. */
    void undo(Hold hold) {
        lock.lock();
        try {
            if (drawn.remove(CallKey.of(hold)) != null) {
                move(hold, -1);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether this hold was drawn here and is not known to be written. */
    boolean isDrawn(Hold hold) {
        lock.lock();
        try {
            return drawn.containsKey(CallKey.of(hold));
        } finally {
            lock.unlock();
        }
    }

    /**
     * Gives back what nobody drew, of what is set aside in PostgreSQL now.
     *
     * @param mine what is set aside, without what this batch wrote of it
     * @param written what this batch wrote of the draws
     * @return what is left to be set aside: the other draws
     */
    long reclaim(WindowKey window, long mine, long written) {
        lock.lock();
        try {
            Share share = shares.get(window);
            if (share == null) {
                return 0;
            }
            share.free = 0;
            return Math.min(mine, Math.max(0, share.drawn - written));
        } finally {
            lock.unlock();
        }
    }

    /**
     * What is to be set aside from now on. Takes back at once what is more than that, and gives out nothing before {@link
     * #committed} says so.
     *
     * @param balance of the window
     * @param mine what is set aside, without what this batch wrote of it; less than was promised if others ended the lease
     * @param before what was set aside before this batch
     * @param others what other replicas set aside of it
     * @param written what this batch wrote of the draws
     * @param recalled whether somebody else needs what is left
     */
    long renew(WindowKey window, Balance balance, long mine, long before, long others, long written, boolean recalled) {
        lock.lock();
        try {
            Share share = shares.get(window);
            if (share == null) {
                return 0;
            }
            share.known = balance;
            share.peak = Math.max(share.demand, share.peak - (share.peak >> FORGET_SHIFT));
            share.demand = 0;
            // What running calls drew stays theirs, also under a limit that was lowered since.
            long promised = Math.min(mine, Math.max(0, share.drawn - written));
            // Below zero after an overrun.
            long pool = balance.remaining() - others;
            long spare = recalled || share.unused ? 0 : spare(share, pool - promised);
            long wanted = fits(before - promised, spare, pool - promised) ? before : promised + spare;
            long granted = Math.max(promised, Math.min(wanted, pool));
            share.free = Math.min(share.free, Math.max(0, granted - promised));
            return granted;
        } finally {
            lock.unlock();
        }
    }

    private static long spare(Share share, long rest) {
        long part = rest / PART_OF_THE_REST;
        long wanted = share.peak > Long.MAX_VALUE / HEADROOM ? Long.MAX_VALUE : share.peak * HEADROOM;
        // Less than a call of the usual size helps nobody here, and may be missed elsewhere.
        return part < share.usual ? 0 : Math.min(wanted, part);
    }

    /** Whether what was set aside before will do: demand sways, and its row need not be written with every batch. */
    private static boolean fits(long kept, long spare, long rest) {
        // Near the end of a budget the share is as small as it should be.
        return spare > 0 && kept >= spare - spare / 4 && kept / 2 <= spare && kept <= rest / PART_OF_THE_REST;
    }

    /**
     * The batch is on disk: its draws are holds now, or will never be, and the shares are as large as it says.
     *
     * @param written calls whose hold or settlement was in the batch
     */
    void committed(Collection<CallKey> written, Map<WindowKey, Long> granted) {
        long now = System.nanoTime();
        lock.lock();
        try {
            for (CallKey call : written) {
                Drawn done = drawn.remove(call);
                if (done != null) {
                    written(done.hold);
                }
            }
            granted.forEach((window, nanos) -> confirmed(window, nanos, now));
        } finally {
            lock.unlock();
        }
    }

    private void written(Hold hold) {
        for (int i = 0; i < hold.windows().size(); i++) {
            Share share = shares.get(hold.windows().get(i));
            if (share != null) {
                share.drawn -= hold.amounts().on(i);
            }
        }
    }

    private void confirmed(WindowKey window, long granted, long now) {
        @Nullable Share share = shares.get(window);
        if (share == null) {
            return;
        }
        share.granted = granted;
        share.confirmedAt = now;
        share.free = Math.max(0, granted - share.drawn);
        if (share.unused && granted == 0 && share.drawn == 0) {
            shares.remove(window);
        }
    }

    /** The windows whose share nobody drew from for so long, marked to be given back with their next batch; each once. */
    List<WindowKey> unused(Duration idle) {
        long now = System.nanoTime();
        List<WindowKey> windows = new ArrayList<>();
        lock.lock();
        try {
            shares.forEach((window, share) -> {
                if (share.lies(now, idle)) {
                    share.unused = true;
                    share.askedAt = now;
                    windows.add(window);
                }
            });
            return windows;
        } finally {
            lock.unlock();
        }
    }

    /** Of which something may be set aside here. */
    List<WindowKey> windows() {
        lock.lock();
        try {
            return List.copyOf(shares.keySet());
        } finally {
            lock.unlock();
        }
    }

    /** Marks the window's share to be given back with its next batch, as far as no call drew it; false if there is nothing. */
    boolean recalled(WindowKey window) {
        lock.lock();
        try {
            Share share = shares.get(window);
            long now = System.nanoTime();
            if (share == null || !share.lies(now, Duration.ZERO)) {
                return false;
            }
            share.unused = true;
            share.askedAt = now;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * What was drawn so long ago that neither its hold nor its end can still be on their way: the database refused both, and
     * their calls may have run. Whoever asks must have them charged; they stay drawn until that is on disk.
     */
    List<Hold> lost(Duration age) {
        long now = System.nanoTime();
        lock.lock();
        try {
            return drawn.values().stream()
                    .filter(one -> now - one.at >= age.toNanos())
                    .map(one -> one.hold)
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    private static long saturated(long a, long b) {
        return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }
}
