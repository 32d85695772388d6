package dev.portreeve.policy.budget;

import dev.portreeve.policy.budget.FrailJournal.Defect;
import dev.portreeve.policy.budget.HistoryCall.State;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.Deadline;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** Several replicas with a tenant of their own, to which a history happens, and the book it is compared with. */
final class HistoryWorld implements AutoCloseable {
    static final int REPLICAS = 3;
    private static final long HOUSEKEEPING_MILLIS = 25;
    private static final long VERSION_7 = 0x7000L;

    /** Every window that is past its limit, or whose leases do not come to what its row says. */
    private static final String DIFFERENCES = """
            SELECT w.budget_id || ' from ' || w.starts_at || ': limit ' || w.limit_nanos || ', held ' || w.held_nanos
                || ', settled ' || w.settled_nanos || ', leased ' || w.leased_nanos || ' and leases of '
                || coalesce(sum(l.nanos), 0)
            FROM policy.budget_window w
            LEFT JOIN policy.lease l ON (l.tenant, l.budget_id, l.starts_at) = (w.tenant, w.budget_id, w.starts_at)
            WHERE w.tenant = ?
            GROUP BY w.tenant, w.budget_id, w.starts_at
            HAVING w.leased_nanos <> coalesce(sum(l.nanos), 0)
                OR w.held_nanos + w.settled_nanos + w.leased_nanos > w.limit_nanos""";

    private static final String TAKEN = """
            SELECT tenant, budget_id, starts_at, held_nanos + settled_nanos + leased_nanos FROM policy.budget_window
            WHERE tenant = ?""";

    /** Looks on, and sweeps what crashed. */
    final PostgresPurse observer;

    final String tenant;

    final HistoryBook book = new HistoryBook();
    /** What the budgets allow. */
    final HistoryLimits limits;
    /** What keys gave the keys they made. */
    final HistoryGifts gifts;
    /** Of replicas that died and whose leases are not charged yet. */
    final List<HistoryReplica> dead = new ArrayList<>();

    private final List<HistoryReplica> replicas = new CopyOnWriteArrayList<>();
    private final HistoryStage stage;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Defect defect;
    private final Random random = new Random(1);
    private long ids;
    /** What of the windows was taken when it was checked last. */
    private Map<WindowKey, Long> taken = Map.of();

    HistoryWorld(HistoryStage stage, String tenant, Defect defect, HistoryLimits limits) {
        this.stage = stage;
        this.observer = stage.observer;
        this.tenant = tenant;
        this.defect = defect;
        this.limits = limits;
        this.gifts = new HistoryGifts(observer, tenant);
        observer.organise(limits.organisation(tenant));
        for (int i = 0; i < REPLICAS; i++) {
            replicas.add(start());
        }
        stage.hears(
                payload -> living(replica -> replica.recalls.notified(payload)),
                payload -> living(replica -> replica.purse.ledger.returns().notified(payload)));
    }

    private void living(Consumer<HistoryReplica> action) {
        replicas.stream().filter(HistoryReplica::lives).forEach(action);
    }

    private HistoryReplica start() {
        return new HistoryReplica(observer, defect, this::id);
    }

    /** Of calls and of what charges leases: of version 7, as a raise is told by its version. */
    synchronized UUID id() {
        long millis = observer.clock().instant().toEpochMilli();
        long low = (random.nextLong() & 0x3FFF_FFFF_0000_0000L) | (1L << 63) | ids++;
        return new UUID((millis << 16) | VERSION_7, low);
    }

    HistoryReplica replica(int ordinal) {
        return replicas.get(ordinal % REPLICAS);
    }

    List<HistoryReplica> replicas() {
        return replicas;
    }

    Instant now() {
        return observer.clock().instant();
    }

    /** Something was said of the budgets, and all replicas hear it at once but one, if there is one of this number. */
    void said(int deaf) {
        for (int i = 0; i < REPLICAS; i++) {
            if (i == deaf || !replica(i).lives()) {
                replica(i).missesTheNews();
            } else {
                replica(i).hears();
            }
        }
    }

    /** The process is gone, and another one starts in its place. */
    void crash(int ordinal) {
        HistoryReplica victim = replica(ordinal);
        victim.journal.cut();
        victim.close();
        book.calls().stream()
                .filter(call -> call.replica == victim)
                .filter(call -> call.state() == State.RUNNING || call.state() == State.UNHEARD)
                .forEach(call ->
                        call.ended(State.CRASHED, call.held(), observer.clock().instant()));
        dead.add(victim);
        replicas.set(ordinal % REPLICAS, start());
    }

    /** Whether money may stand aside that nobody can give back before a dead replica is swept. */
    boolean isWhole() {
        return dead.isEmpty() && replicas.stream().allMatch(HistoryReplica::lives);
    }

    /** A call waits for what replicas set aside that live, and not for dead ones. */
    Deadline deadline() {
        return Deadline.in(isWhole() ? Duration.ofMinutes(5) : Duration.ofMillis(50));
    }

    /** Runs it elsewhere, and if it takes its time lets the replicas do their housekeeping meanwhile. */
    <T> T patiently(Callable<T> task) throws CallEnded {
        return finished(threads.submit(task));
    }

    <T> Future<T> begin(Callable<T> task) {
        return threads.submit(task);
    }

    <T> T finished(Future<T> task) throws CallEnded {
        while (true) {
            try {
                return task.get(HOUSEKEEPING_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException still) {
                living(replica -> replica.sweeper.giveBackAll());
            } catch (ExecutionException thrown) {
                switch (thrown.getCause()) {
                    case CallEnded ended -> throw ended;
                    case RuntimeException bug -> throw bug;
                    case Error error -> throw error;
                    case Throwable other -> throw new AssertionError(other);
                }
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                throw new AssertionError(stop);
            }
        }
    }

    /** What must hold at every moment. */
    void check() {
        if (defect == Defect.FORGETS_DRAWS) {
            replicas.forEach(replica -> {
                Leases leases = replica.purse.ledger.leases();
                leases.unwritten(Duration.ZERO).forEach(leases::undo);
            });
        }
        List<String> wrong = observer.query(DIFFERENCES, row -> row.getString(1), tenant);
        if (!wrong.isEmpty()) {
            throw new AssertionError("the ledger does not add up: " + wrong);
        }
        Map<WindowKey, Long> now = new HashMap<>();
        observer.query(TAKEN, row -> now.put(PostgresWindowRows.window(row), row.getLong(4)), tenant);
        for (Level level : book.tried()) {
            // What was let in under a higher limit may stay; not a billionth more comes to it.
            long most = Math.max(limits.most(level, book, now()), taken.getOrDefault(level.key(), 0L));
            if (now.getOrDefault(level.key(), 0L) > most) {
                throw new AssertionError("of " + level.budget() + " from "
                        + level.key().start() + " " + now.get(level.key()) + " is taken, which allows " + most);
            }
            String overshoot = book.overshoot(level, most, now());
            if (overshoot != null) {
                throw new AssertionError(overshoot);
            }
        }
        taken = now;
    }

    @Override
    public void close() {
        threads.close();
        stage.hears(payload -> {}, payload -> {});
        replicas.forEach(HistoryReplica::close);
    }
}
