package dev.portreeve.policy.budget;

import static org.awaitility.Awaitility.await;

import dev.portreeve.policy.budget.HistoryCall.State;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.call.NanoUsd;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/** Lets the dust of a history settle, and compares ledger, records and bills to the last billionth. */
final class HistorySettling {
    private static final Instant FOR_EVER = Instant.parse("2100-01-01T00:00:00Z");
    /** Beyond what is left. */
    private static final long MORE = 1000;
    /** By so much, and for so long, every budget is raised when all is spent. */
    private static final int MORE_PERCENT = 50;

    private static final Duration RAISED = Duration.ofMinutes(10);

    private static final String ROW = """
            SELECT held_nanos, settled_nanos, overrun_nanos, leased_nanos FROM policy.budget_window
            WHERE tenant = ? AND budget_id = ? AND starts_at = ?::timestamptz""";
    private static final String COST = """
            SELECT convert_from(leaf, 'UTF8')::json ->> 'cost_usd' FROM audit.record
            WHERE tenant = ? AND kind = 'call.closed' AND call_id = ?::uuid
                AND coalesce(convert_from(leaf, 'UTF8')::json ->> 'settlement', '') <> 'resolved_before'""";

    private final HistoryWorld world;
    private final HistoryCalls calls;
    private final PostgresPurse observer;

    HistorySettling(HistoryWorld world) {
        this.world = world;
        this.calls = new HistoryCalls(world);
        this.observer = world.observer;
    }

    private record Row(long held, long settled, long overrun, long leased) {}

    /** Everything that runs ends, and everything that died is swept. */
    void settle() throws CallEnded {
        for (int i = 0; i < HistoryWorld.REPLICAS; i++) {
            if (!world.replica(i).lives()) {
                world.crash(i);
            }
        }
        HistoryStep.End end = new HistoryStep.End(0, HistoryEnding.REPORTED, 50, true, null);
        for (HistoryCall running : world.book.calls(State.RUNNING)) {
            boolean ignored = world.patiently(() -> calls.end(running, end));
        }
        stored();
        HistorySweep.dead(world);
        calls.unpark(observer);
        unheard();
        world.said(HistoryWorld.REPLICAS);
        world.replicas().forEach(replica -> replica.sweeper.giveBackAll());
        raised();
        compare();
    }

    /**
     * What people are told of raises, and replicas read, is what still runs. Whether money goes out is another question that the ledger asks anew
     * under its own locks: a raise that only these read for too long would let nothing through, so nothing that is spent finds it.
     */
    private void raised() {
        Instant now = world.now();
        for (BudgetReport.Line line : observer.budgets().report(world.tenant).lines()) {
            long told = line.raises().stream()
                    .mapToLong(raise -> raise.amount().count())
                    .sum();
            long most = world.limits.raised(line.id(), now);
            long least = world.limits.raised(line.id(), now.plus(HistoryBook.CLOCKS_APART));
            if (told > most || told < least) {
                throw new AssertionError("raises of " + line.id() + " are said to be " + told + " and are " + most);
            }
        }
    }

    private void stored() {
        await().atMost(Duration.ofMinutes(1))
                .until(() -> world.book.calls(State.ENDED).stream().noneMatch(HistoryCall::isOpen));
    }

    private void unheard() {
        world.replicas().forEach(replica -> replica.sweeper.chargeLost(Duration.ZERO));
        List<HistoryCall> unheard = world.book.calls(State.UNHEARD);
        List<UUID> holds =
                unheard.stream().flatMap(call -> Hold.ids(call.id()).stream()).toList();
        HistorySweep.expire(world, holds);
        unheard.forEach(call ->
                call.ended(State.ASSUMED, call.billed(), observer.clock().instant()));
    }

    /** The ledger is what the bills and the crashes make it, and the records say the same. */
    void compare() {
        for (Level level : world.book.levels()) {
            compare(level);
        }
        for (HistoryCall call : world.book.calls()) {
            recorded(call);
        }
        Reconciliation all = new PostgresReconciliation(observer.database.app().dataSource())
                .of(world.tenant, Instant.EPOCH, FOR_EVER);
        if (!all.agrees()) {
            throw new AssertionError("ledger and records differ: " + all);
        }
    }

    private void compare(Level level) {
        WindowKey window = level.key();
        Row row = observer
                .query(
                        ROW,
                        found -> new Row(found.getLong(1), found.getLong(2), found.getLong(3), found.getLong(4)),
                        window.tenant(),
                        window.budgetId(),
                        window.start().toString())
                .stream()
                .findFirst()
                .orElse(new Row(0, 0, 0, 0));
        long settled = world.book.settled(window);
        long overrun = world.book.overrun(window);
        boolean spent = window.isRolling()
                ? row.settled() <= settled
                        && row.overrun() <= overrun
                        && row.settled()
                                >= world.book.counts(level, observer.clock().instant())
                : row.settled() == settled && row.overrun() == overrun;
        if (!spent || row.held() != 0 || row.leased() != 0) {
            throw new AssertionError(level.budget() + " from " + window.start() + " is " + row + ", but bills come to "
                    + settled + " and " + overrun + " above what was held, and nothing is held any more");
        }
    }

    private void recorded(HistoryCall call) {
        boolean closes = call.state() == State.ENDED || (call.state() == State.ASSUMED && !call.levels.isEmpty());
        if (!closes) {
            return;
        }
        NanoUsd recorded = Hold.ids(call.id()).stream()
                .flatMap(id -> observer.query(COST, row -> row.getString(1), world.tenant, id.toString()).stream())
                .filter(Objects::nonNull)
                .map(NanoUsd::ofUsd)
                .reduce(NanoUsd.ZERO, NanoUsd::plus);
        if (!recorded.equals(call.recorded())) {
            throw new AssertionError("the records of " + call + " say " + recorded);
        }
    }

    /** All that is left can be spent, and nothing more. */
    void spend(Collection<HistoryStep.Shape> shapes) throws CallEnded {
        int turn = 0;
        for (HistoryGifts.Gift gift : world.gifts.living()) {
            HistoryStep.Shape shape = new HistoryStep.Shape(true, "slow", "");
            spend(
                    world.replica(turn++),
                    output -> shape.call(world, gift.subject(), world.deadline(), 0, output),
                    output -> null);
        }
        for (HistoryStep.Shape shape : shapes) {
            spend(
                    world.replica(turn++),
                    output -> shape.call(world, world.deadline(), 0, output),
                    output -> shape.model().isEmpty() ? null : shape.answers(world, world.deadline(), 0, output, 1));
        }
        stored();
        world.replicas().forEach(replica -> replica.sweeper.giveBackAll());
        compare();
    }

    /**
     * Raises that have ended let nothing through any more, neither by what PostgreSQL decides nor by what a replica set aside while they ran. When
     * everything is spent.
     */
    void outlive(Collection<HistoryStep.Shape> shapes) throws CallEnded {
        for (int budget = 0; budget < world.limits.count(); budget++) {
            new HistoryStep.Raise(budget, MORE_PERCENT, RAISED, HistoryWorld.REPLICAS).in(world);
        }
        int turn = 0;
        for (HistoryStep.Shape shape : shapes) {
            HistoryReplica at = world.replica(turn++);
            GovernedCall one = shape.call(world, world.deadline(), 0, 1);
            List<Level> levels = HistoryCalls.levels(at, one);
            if (levels.stream().noneMatch(world.limits::isShut) && room(levels, one) > 0) {
                run(at, one, true);
            }
        }
        stored();
        new HistoryStep.Pass(RAISED.plusMinutes(1)).in(world);
        for (int i = 0; i < turn; i++) {
            HistoryStep.Shape shape = List.copyOf(shapes).get(i);
            // First whoever may have something set aside, then another one.
            refused(world.replica(i), shape.call(world, world.deadline(), 0, 1));
            refused(world.replica(i + 1), shape.call(world, world.deadline(), 0, 1));
        }
        world.replicas().forEach(replica -> replica.sweeper.giveBackAll());
        compare();
    }

    /** A call of so many billionths. */
    private interface Wish {
        GovernedCall of(long output);
    }

    private void spend(HistoryReplica at, Wish wish, Wish shortly) throws CallEnded {
        GovernedCall one = wish.of(1);
        List<Level> levels = HistoryCalls.levels(at, one);
        long room = levels.stream().anyMatch(world.limits::isShut) ? 0 : room(levels, one);
        if (room > 0 && !spendsShortly(at, levels, room, shortly.of(room + MORE))) {
            run(at, wish.of(room), true);
        }
        refused(at, one);
    }

    /** If there is surely not enough for it. */
    private void refused(HistoryReplica at, GovernedCall one) throws CallEnded {
        List<Level> scarce = calls.scarce(at, one, level -> world.limits.most(level, world.book, world.now()));
        if (!scarce.isEmpty() && scarce.stream().noneMatch(level -> level.key().isRolling())) {
            run(at, one, false);
        }
    }

    /**
     * A call that asks for more than there is gets all that there is, if every budget that is short wants that; and nothing if one does not.
     *
     * @param large {@code null} for one that cannot be made shorter
     * @return whether it spent what there was
     */
    private boolean spendsShortly(HistoryReplica at, List<Level> levels, long room, GovernedCall large)
            throws CallEnded {
        boolean vague = levels.stream().anyMatch(level -> level.key().isRolling() || !isExact(level));
        if (large == null || vague) {
            return false;
        }
        List<Level> tight = calls.scarce(at, large, level -> world.limits.leastAtRest(level, world.book, world.now()));
        boolean shrinks =
                tight.stream().allMatch(level -> level.budget().shortage().shrinks());
        long least = tight.stream()
                .mapToLong(level -> level.budget().shortage().leastOutput())
                .max()
                .orElse(0);
        if (tight.isEmpty() || (shrinks && least > room)) {
            return false;
        }
        HistoryCalls.Begun begun = world.patiently(() -> calls.begin(at, large, null));
        long got = begun.call() == null ? 0 : begun.call().estimate.outputTokens();
        if (got != (shrinks ? room : 0)) {
            throw new AssertionError("of " + room + " that are left a call that asks for more got " + got + ", where "
                    + tight + (shrinks ? " shrink" : " do not all shrink") + ": " + begun.refused());
        }
        return shrinks && calls.end(begun.call(), new HistoryStep.End(0, HistoryEnding.REPORTED, 100, true, null));
    }

    private boolean isExact(Level level) {
        return world.limits.leastAtRest(level, world.book, world.now())
                == world.limits.most(level, world.book, world.now());
    }

    private void run(HistoryReplica at, GovernedCall call, boolean fits) throws CallEnded {
        HistoryCalls.Begun begun = world.patiently(() -> calls.begin(at, call, null));
        if ((begun.call() != null) != fits) {
            throw new AssertionError("a call of " + Load.worst(call) + " was "
                    + (fits ? "refused, and so much is left: " + begun.refused() : "let in, and so much is not left"));
        }
        if (begun.call() != null) {
            boolean ignored = calls.end(begun.call(), new HistoryStep.End(0, HistoryEnding.REPORTED, 100, true, null));
        }
    }

    /** The largest call of one request that fits, in billionths. */
    private long room(List<Level> levels, GovernedCall one) {
        long room = levels.isEmpty() ? 0 : Long.MAX_VALUE;
        for (Level level : levels) {
            long each = level.unit().of(Load.worst(one));
            long limit = world.limits.leastAtRest(level, world.book, world.now());
            long left = Math.max(0, world.book.left(level, limit));
            if (each > 0 && !level.budget().isSoft()) {
                boolean grows = !level.unit().equals(BudgetUnit.REQUESTS);
                room = Math.min(room, grows ? units(level, left) : left > 0 ? Long.MAX_VALUE : 0);
            }
        }
        return room == Long.MAX_VALUE ? 1000 : room;
    }

    /** Of a model or a tool a unit costs a billionth of a dollar, and is one token. */
    private static long units(Level level, long left) {
        NanoUsd dollars = level.unit().dollars(left);
        return dollars == null ? left : dollars.nanos();
    }
}
