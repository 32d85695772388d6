package dev.portreeve.policy.budget;

import dev.portreeve.policy.budget.Ruling.CallKey;
import dev.portreeve.policy.call.IdempotentRun;
import dev.portreeve.policy.idempotency.FoundRun;
import dev.portreeve.policy.idempotency.IdempotentRuns;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;

/** Idempotency keys in memory, for tests: the same promises as in PostgreSQL, by the same contract suite. Thread-safe. */
public final class InMemoryClaims implements IdempotentRuns {
    private final Map<IdempotentRun.Key, FoundRun> rows = new HashMap<>();
    private final Map<UUID, List<WindowKey>> windows = new HashMap<>();

    @Override
    public synchronized Optional<FoundRun> find(IdempotentRun.Key key) {
        return Optional.ofNullable(rows.get(key));
    }

    @Override
    public Living living(IdempotentRun.Key key, UUID call) {
        return () -> {};
    }

    synchronized void presumeDead() {
        rows.replaceAll((key, row) -> row.state() == FoundRun.State.RUNNING
                ? new FoundRun(row.call(), row.body(), FoundRun.State.DEAD)
                : row);
    }

    synchronized void claim(Hold hold, Predicate<CallKey> exists) {
        IdempotentRun run = hold.run();
        FoundRun there = rows.get(run.key());
        if (hold.isRaise()) {
            run.claimed(there != null && there.call().equals(Hold.raised(hold.callId())));
            windows.put(hold.callId(), hold.windows());
            return;
        }
        hold.earlier(null);
        boolean mine = there != null && there.call().equals(hold.callId());
        boolean dead = there != null
                && there.state() == FoundRun.State.DEAD
                && there.call().equals(run.earlier())
                && there.isFor(run.body());
        run.claimed(there == null || mine || dead);
        if (!run.isClaimed()) {
            return;
        }
        rows.put(run.key(), new FoundRun(hold.callId(), run.body(), FoundRun.State.RUNNING));
        windows.put(hold.callId(), hold.windows());
        if (dead) {
            List<Hold.Earlier.Held> held = Hold.ids(run.earlier()).stream()
                    .filter(id -> exists.test(new CallKey(hold.tenant(), id)))
                    .map(id -> new Hold.Earlier.Held(id, windows.getOrDefault(id, List.of())))
                    .toList();
            hold.earlier(new Hold.Earlier(run.earlier(), held, List.of()));
        }
    }

    synchronized void end(Settlement settlement) {
        IdempotentRun run = settlement.run();
        FoundRun there = rows.get(run.key());
        boolean mine = there != null && there.call().equals(settlement.callId());
        switch (run.end()) {
            case ANSWERED, UNKEPT -> {
                run.lost(!mine);
                if (mine) {
                    FoundRun.State state = FoundRun.State.valueOf(run.end().name());
                    rows.put(run.key(), new FoundRun(there.call(), there.body(), state));
                }
            }
            case RELEASED -> {
                if (mine) {
                    rows.remove(run.key());
                }
            }
            case LEFT -> {}
        }
    }

    synchronized void giveBackRefused(List<BudgetPosting> decided) {
        for (BudgetPosting posting : decided) {
            if (posting instanceof Hold hold
                    && !hold.isRaise()
                    && hold.run() != null
                    && hold.decision() instanceof Hold.Decision.Exhausted) {
                IdempotentRun.Key key = hold.run().key();
                if (hold.earlier() == null) {
                    rows.remove(key);
                } else {
                    rows.put(
                            key,
                            new FoundRun(hold.earlier().callId(), hold.run().body(), FoundRun.State.DEAD));
                }
            }
        }
    }
}
