package dev.portreeve.policy.brake;

import dev.portreeve.policy.brake.Brakes.Owner;
import dev.portreeve.policy.call.NanoUsd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What one member did lately, as far as this gateway saw, within fixed room. Times are those of {@link Counted}. Thread-safe. */
final class Brake {
    /** Different calls that are remembered; of more, those that came longest ago are forgotten. */
    private static final int MOST_CALLS = 64;

    private static final int SLOTS = 60;

    private final BrakeConfig config;
    private final LinkedHashMap<String, Times> calls = new LinkedHashMap<>(16, 0.75f, true);
    private final long[] spent = new long[SLOTS];
    private final Set<String> unsaid = new LinkedHashSet<>();
    private long slot;
    private long seenAt;
    private long since = Long.MIN_VALUE;

    /** When the last ones came, the oldest overwritten first. */
    private static final class Times {
        private final String tool;
        private final long[] at;
        private int count;

        Times(String tool, int most) {
            this.tool = tool;
            this.at = new long[most];
        }

        void add(long now) {
            at[count % at.length] = now;
            count++;
        }

        long[] after(long moment) {
            return Arrays.stream(at, 0, Math.min(count, at.length))
                    .filter(each -> each > moment)
                    .toArray();
        }
    }

    Brake(BrakeConfig config, long now) {
        this.config = config;
        this.slot = slotOf(now);
        this.seenAt = now;
    }

    private long slotLength() {
        return over().toNanos() / SLOTS;
    }

    private long slotOf(long now) {
        return Math.floorDiv(now, slotLength());
    }

    private Duration over() {
        Duration over = config.over();
        return over == null ? Duration.ofMinutes(5) : over;
    }

    private long earliest(long now) {
        Duration within = config.within();
        // What came exactly so long ago counts.
        return Math.max(since, now - (within == null ? 0 : within.toNanos()) - 1);
    }

    /**
     * A tool ran.
     *
     * @return why the member is to be paused, or {@code null}
     */
    synchronized @Nullable String ran(String call, String tool, long now, Counted.Elsewhere elsewhere) {
        seenAt = now;
        forget(elsewhere.since());
        Integer most = config.sameCall();
        if (most == null) {
            return null;
        }
        Times times = calls.computeIfAbsent(call, unused -> new Times(tool, most));
        if (calls.size() > MOST_CALLS) {
            String eldest = calls.firstEntry().getKey();
            calls.remove(eldest);
        }
        times.add(now);
        unsaid.add(call);
        return repeated(call, times, now, elsewhere);
    }

    private @Nullable String repeated(String call, Times times, long now, Counted.Elsewhere elsewhere) {
        Integer most = config.sameCall();
        Duration within = config.within();
        long after = earliest(now);
        if (most == null || within == null || times.after(after).length + elsewhere.times(call, after) < most) {
            return null;
        }
        begin(now);
        return "it called " + times.tool + " " + most + " times with the same arguments within " + within.toSeconds()
                + "s";
    }

    /** As {@link #ran}, for what a call cost. */
    synchronized @Nullable String spent(NanoUsd cost, long now, Counted.Elsewhere elsewhere) {
        seenAt = now;
        forget(elsewhere.since());
        if (config.spendUsd() == null || cost.isZero()) {
            return null;
        }
        turn(slotOf(now));
        int place = (int) Math.floorMod(slot, (long) SLOTS);
        spent[place] = saturated(spent[place], cost.nanos());
        unsaid.add(Counted.SPENT);
        return overspent(now, elsewhere);
    }

    private @Nullable String overspent(long now, Counted.Elsewhere elsewhere) {
        if (config.spendUsd() == null) {
            return null;
        }
        NanoUsd limit = NanoUsd.ofUsd(config.spendUsd());
        long sum = elsewhere.spent(Math.max(since, (slotOf(now) - SLOTS) * slotLength()));
        for (long each : spent) {
            sum = saturated(sum, each);
        }
        if (sum <= limit.nanos()) {
            return null;
        }
        begin(now);
        return "it spent " + new NanoUsd(sum) + " within " + over().toMinutes() + "m, more than the " + limit
                + " its brake allows";
    }

    /** As {@link #ran}, after other gateways said what they saw. */
    synchronized @Nullable String heard(long now, Counted.Elsewhere elsewhere) {
        forget(elsewhere.since());
        turn(slotOf(now));
        String why = overspent(now, elsewhere);
        for (Map.Entry<String, Times> each : List.copyOf(calls.entrySet())) {
            why = why == null ? repeated(each.getKey(), each.getValue(), now, elsewhere) : why;
        }
        return why;
    }

    /** Counts anew, after a pause. */
    private void begin(long now) {
        forget(now);
        unsaid.add(Counted.SPENT);
    }

    private void forget(long until) {
        if (until > since) {
            since = until;
            calls.clear();
            unsaid.retainAll(Set.of(Counted.SPENT));
            Arrays.fill(spent, 0);
        }
    }

    /** What other gateways were not told yet; it counts as told. */
    synchronized List<Counted> unsaid(Owner member, long now) {
        List<Counted> counts = new ArrayList<>();
        for (String call : unsaid) {
            Times times = calls.get(call);
            if (call.equals(Counted.SPENT)) {
                counts.add(spent(member));
            } else if (times != null) {
                counts.add(new Counted(member, call, times.after(earliest(now)), new long[0], since));
            }
        }
        unsaid.clear();
        return counts;
    }

    private Counted spent(Owner member) {
        List<Long> pieces = new ArrayList<>();
        for (long each = slot - SLOTS + 1; each <= slot; each++) {
            if (spent[(int) Math.floorMod(each, (long) SLOTS)] > 0) {
                pieces.add(each);
            }
        }
        return new Counted(
                member,
                Counted.SPENT,
                pieces.stream().mapToLong(each -> each * slotLength()).toArray(),
                pieces.stream()
                        .mapToLong(each -> spent[(int) Math.floorMod(each, (long) SLOTS)])
                        .toArray(),
                since);
    }

    /** It was not told after all. */
    synchronized void again(Counted counted) {
        unsaid.add(counted.call());
    }

    private void turn(long now) {
        for (long each = Math.max(slot + 1, now - SLOTS + 1); each <= now; each++) {
            spent[(int) Math.floorMod(each, (long) SLOTS)] = 0;
        }
        slot = Math.max(slot, now);
    }

    static long saturated(long a, long b) {
        return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }

    synchronized long seenAt() {
        return seenAt;
    }
}
