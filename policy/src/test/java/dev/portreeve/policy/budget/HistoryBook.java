package dev.portreeve.policy.budget;

import dev.portreeve.policy.budget.HistoryCall.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;

/** What the budgets of a history must come to, worked out from its calls alone. */
final class HistoryBook {
    /** Of rolling windows the database's clock decides, which runs on while a history's stands. */
    static final Duration CLOCKS_APART = Duration.ofMinutes(2);

    private final List<HistoryCall> calls = new CopyOnWriteArrayList<>();
    private final List<Forfeited> forfeits = new ArrayList<>();
    private final Set<Level> tried = new CopyOnWriteArraySet<>();

    /** What was left of a dead replica's lease, as it was charged. */
    record Forfeited(WindowKey window, long amount, Instant at) {}

    void add(HistoryCall call) {
        calls.add(call);
    }

    void add(Forfeited forfeit) {
        forfeits.add(forfeit);
    }

    /** A call wants to be held there. */
    void tries(List<Level> levels) {
        levels.stream()
                .filter(level -> tried.stream().noneMatch(known -> known.key().equals(level.key())))
                .forEach(tried::add);
    }

    /** Of every window a call wanted to be held in. */
    Set<Level> tried() {
        return tried;
    }

    List<HistoryCall> calls() {
        return calls;
    }

    List<HistoryCall> calls(State state) {
        return calls.stream().filter(call -> call.state() == state).toList();
    }

    /** Of every window a call was held in. */
    Set<Level> levels() {
        Set<Level> levels = new LinkedHashSet<>();
        calls.forEach(call -> levels.addAll(call.levels));
        return levels;
    }

    /** What calls count. */
    private interface Part {
        long of(HistoryCall call, int level);
    }

    private long sum(WindowKey window, Part part) {
        long sum = 0;
        for (HistoryCall call : calls) {
            for (int i = 0; i < call.levels.size(); i++) {
                if (call.levels.get(i).key().equals(window)) {
                    sum += part.of(call, i);
                }
            }
        }
        return sum;
    }

    /** Held by calls of which nothing else is known. */
    long held(WindowKey window) {
        return sum(window, (call, i) -> call.isOpen() ? call.held(i) : 0);
    }

    /** Charged out of holds, ever. */
    long settled(WindowKey window) {
        return sum(window, HistoryCall::settled)
                + forfeits.stream()
                        .filter(forfeit -> forfeit.window().equals(window))
                        .mapToLong(Forfeited::amount)
                        .sum();
    }

    /** Charged above holds, ever. */
    long overrun(WindowKey window) {
        return sum(window, HistoryCall::overrun);
    }

    /** What every reader of the database sees as spent, ever. */
    long surelySpent(WindowKey window) {
        return sum(window, (call, i) -> call.isOpen() ? 0 : call.settled(i) + call.overrun(i))
                + forfeits.stream()
                        .filter(forfeit -> forfeit.window().equals(window))
                        .mapToLong(Forfeited::amount)
                        .sum();
    }

    /** The most that a reader may see as held and spent. */
    long perhapsSpent(WindowKey window) {
        return held(window) + settled(window) + overrun(window);
    }

    /** What surely counts now of what was charged out of holds: of a rolling window, what is young enough. */
    long counts(Level level, Instant now) {
        Duration rolling = level.budget().turn().rolling();
        if (rolling == null) {
            return settled(level.key());
        }
        Instant since = now.minus(rolling).plus(CLOCKS_APART);
        return sum(level.key(), (call, i) -> isSince(call.chargedAt(), since) ? call.settled(i) : 0)
                + forfeits.stream()
                        .filter(forfeit -> forfeit.window().equals(level.key()) && isSince(forfeit.at(), since))
                        .mapToLong(Forfeited::amount)
                        .sum();
    }

    private static boolean isSince(Instant charged, Instant since) {
        return charged != null && charged.isAfter(since);
    }

    /** What may be left there of such a limit; below zero if more is held and spent. */
    long left(Level level, long limit) {
        return limit - held(level.key()) - settled(level.key()) - overrun(level.key());
    }

    /** What calls hold and were charged out of holds, whatever the ledger has heard of it. */
    long taken(WindowKey window) {
        return sum(window, (call, i) -> isHeldStill(call) ? call.held(i) : 0) + settled(window);
    }

    /**
     * What is wrong with it, by what calls were admitted alone: more is held and settled than the limit allows. Words, or
     * {@code null}.
     */
    String overshoot(Level level, long limit, Instant now) {
        long held = sum(level.key(), (call, i) -> isHeldStill(call) ? call.held(i) : 0);
        long settled = counts(level, now);
        return held + settled <= limit
                ? null
                : level.budget() + " from " + level.key().start() + " has a limit of " + limit
                        + ", but calls were let in for " + held + " beside " + settled + " that was spent";
    }

    private static boolean isHeldStill(HistoryCall call) {
        return switch (call.state()) {
            case RUNNING, PARKED, UNHEARD, CRASHED -> true;
            case ENDED, ASSUMED, FORFEITED -> false;
        };
    }
}
