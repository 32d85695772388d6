package dev.portreeve.policy.limit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The division of the limits in memory, by a clock that the test moves. Thread-safe. */
final class InMemoryLimitStore implements LimitStore {
    private final Map<LimitKey, Pool> pools = new HashMap<>();
    private final Map<UUID, Long> lives = new HashMap<>();
    private long now;

    private static final class Pool {
        private long free;
        private long debt;
        private long at;
        private final long perPart;
        private final Map<UUID, Division.Stake> stakes = new HashMap<>();

        Pool(long free, long perPart, long at) {
            this.free = free;
            this.perPart = perPart;
            this.at = at;
        }

        void pay(long now) {
            debt = ShareTurn.paidOff(debt, free, now - at);
            at = now;
        }

        void forfeit(UUID replica, long now) {
            Division.Stake stake = stakes.remove(replica);
            if (stake != null) {
                pay(now);
                free += stake.held();
                debt += stake.held() * perPart;
            }
        }
    }

    synchronized void pass(Duration time) {
        now += time.toNanos();
    }

    @Override
    public synchronized Beat beat(UUID replica) {
        boolean known = lives.put(replica, now) != null;
        Set<UUID> dead = new HashSet<>(lives.keySet());
        dead.removeIf(each -> now - lives.getOrDefault(each, now) <= DEAD_AFTER.toNanos());
        dead.forEach(this::leave);
        Set<LimitKey> asked = new HashSet<>();
        pools.forEach((key, pool) -> {
            Division.Stake mine = pool.stakes.get(replica);
            boolean others = pool.stakes.values().stream()
                    .anyMatch(each ->
                            each.waitingSince() != null && !each.replica().equals(replica));
            if (mine != null && mine.held() > 0 && others) {
                asked.add(key);
            }
        });
        return new Beat(known, asked);
    }

    @Override
    public void renew(UUID replica, List<? extends Party> parties) {
        turn(replica, parties, false);
    }

    @Override
    public void release(UUID replica, List<? extends Party> parties) {
        turn(replica, parties, true);
    }

    private synchronized void turn(UUID replica, List<? extends Party> parties, boolean releases) {
        List<ShareTurn> turns = new ArrayList<>();
        for (Party party : parties) {
            Pool pool = pools.computeIfAbsent(party.key(), unused -> new Pool(party.whole(), party.debtPerPart(), now));
            pool.pay(now);
            Division.Stake mine = pool.stakes.get(replica);
            @Nullable Long waited = mine == null ? null : mine.waitingSince();
            ShareTurn turn =
                    new ShareTurn(party, replica, mine == null ? 0 : mine.held(), waited, pool.free, pool.debt);
            pool.stakes.values().stream()
                    .filter(each -> !each.replica().equals(replica))
                    .forEach(turn::add);
            turn.decide(releases);
            pool.free = turn.free();
            pool.debt = turn.debt();
            @Nullable Long since = turn.waits() ? waited == null ? Long.valueOf(now) : waited : null;
            if (releases && turn.amount() == 0) {
                pool.stakes.remove(replica);
            } else {
                pool.stakes.put(
                        replica, new Division.Stake(replica, turn.amount(), party.needs(), party.demand(), since));
            }
            turns.add(turn);
        }
        turns.forEach(ShareTurn::committed);
    }

    @Override
    public synchronized void leave(UUID replica) {
        lives.remove(replica);
        pools.values().forEach(pool -> pool.forfeit(replica, now));
    }

    @Override
    public synchronized void sweep() {
        pools.values()
                .removeIf(pool -> pool.stakes.isEmpty()
                        && now - pool.at > Duration.ofDays(2).toNanos());
    }
}
