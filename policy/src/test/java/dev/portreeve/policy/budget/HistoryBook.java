package dev.portreeve.policy.budget;

import dev.portreeve.policy.budget.HistoryCall.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** What the budgets of a history must come to, worked out from its calls alone. */
final class HistoryBook {
    /** Of rolling windows the database's clock decides, which runs on while a history's stands. */
    private static final Duration CLOCKS_APART = Duration.ofMinutes(2);

    private final List<HistoryCall> calls = new CopyOnWriteArrayList<>();
    private final List<Forfeited> forfeits = new ArrayList<>();

    /** What was left of a dead replica's lease, as it was charged. */
    record Forfeited(WindowKey window, long amount, Instant at) {}

    void add(HistoryCall call) {
        calls.add(call);
    }

    void add(Forfeited forfeit) {
        forfeits.add(forfeit);
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

    /** What a call of this size cannot do without, of what may be left there; below zero if it is too large for the budget. */
    long left(Level level) {
        return level.budget().limit() - held(level.key()) - settled(level.key()) - overrun(level.key());
    }

    /**
     * What is wrong with it, by what calls were admitted alone: more is held and settled than the limit allows. Words, or
     * {@code null}.
     */
    String overshoot(Instant now) {
        for (Level level : levels()) {
            long held = sum(level.key(), (call, i) -> isHeldStill(call) ? call.held(i) : 0);
            long settled = counts(level, now);
            if (held + settled > level.budget().limit()) {
                return level.budget() + " from " + level.key().start() + " has a limit of "
                        + level.budget().limit() + ", but calls were let in for " + held + " beside " + settled
                        + " that was spent";
            }
        }
        return null;
    }

    private static boolean isHeldStill(HistoryCall call) {
        return switch (call.state()) {
            case RUNNING, UNHEARD, CRASHED -> true;
            case ENDED, ASSUMED, FORFEITED -> false;
        };
    }
}
