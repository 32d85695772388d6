package dev.portreeve.policy.brake;

import dev.portreeve.policy.brake.Brakes.Owner;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What other gateways said lately of members that have a brake, within fixed room. Thread-safe; nothing here blocks. */
final class OtherGateways {
    private static final int MOST_MEMBERS = 10_000;
    /** Of one member; of more, those that were said longest ago are forgotten. */
    private static final int MOST_COUNTS = 512;

    private final Map<Owner, Member> members = new ConcurrentHashMap<>();

    private record Key(UUID gateway, String call) {}

    private static final class Member implements Counted.Elsewhere {
        private final LinkedHashMap<Key, Counted> counts = new LinkedHashMap<>();
        private long since = Long.MIN_VALUE;

        synchronized void learn(UUID gateway, Counted counted) {
            Key key = new Key(gateway, counted.call());
            Counted before = counts.remove(key);
            since = Math.max(since, counted.since());
            if (counts.size() >= MOST_COUNTS) {
                Key eldest = counts.firstEntry().getKey();
                counts.remove(eldest);
            }
            counts.put(key, before == null || before.since() <= counted.since() ? counted : before);
        }

        @Override
        public synchronized int times(String call, long after) {
            int sum = 0;
            for (Counted counted : counts.values()) {
                if (counted.call().equals(call)) {
                    for (long at : counted.times()) {
                        sum += at > after ? 1 : 0;
                    }
                }
            }
            return sum;
        }

        @Override
        public synchronized long spent(long after) {
            long sum = 0;
            for (Counted counted : counts.values()) {
                for (int i = 0; i < counted.nanos().length; i++) {
                    sum = counted.times()[i] > after ? Brake.saturated(sum, counted.nanos()[i]) : sum;
                }
            }
            return sum;
        }

        @Override
        public synchronized long since() {
            return since;
        }
    }

    /** One gateway's word on one of its counts: it takes the place of its last one. */
    void learn(UUID gateway, Counted counted) {
        if (members.size() >= MOST_MEMBERS && !members.containsKey(counted.member())) {
            // Said again as soon as there is more to count.
            members.clear();
        }
        members.computeIfAbsent(counted.member(), unused -> new Member()).learn(gateway, counted);
    }

    Counted.Elsewhere of(Owner member) {
        @Nullable Member known = members.get(member);
        return known == null ? Counted.Elsewhere.NOTHING : known;
    }
}
