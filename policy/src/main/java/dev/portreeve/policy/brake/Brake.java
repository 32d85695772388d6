package dev.portreeve.policy.brake;

import dev.portreeve.policy.call.NanoUsd;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/** What one member did lately, as far as this gateway saw, within fixed room. Thread-safe. */
final class Brake {
    /** Different calls that are remembered; of more, those that came longest ago are forgotten. */
    private static final int MOST_CALLS = 64;

    private static final int SLOTS = 60;

    private final BrakeConfig config;
    private final LinkedHashMap<String, Times> calls = new LinkedHashMap<>(16, 0.75f, true);
    private final long[] spent = new long[SLOTS];
    private long slot;
    private long seenAt;

    /** When the last ones came, the oldest overwritten first. */
    private static final class Times {
        private final long[] at;
        private int count;

        Times(int most) {
            this.at = new long[most];
        }

        /** Whether so many lie within the time, this one included. */
        boolean add(long now, long window) {
            int place = count % at.length;
            count++;
            at[place] = now;
            long oldest = at[count % at.length];
            return count >= at.length && now - oldest <= window;
        }
    }

    Brake(BrakeConfig config, long now) {
        this.config = config;
        this.slot = slotOf(now);
        this.seenAt = now;
    }

    BrakeConfig config() {
        return config;
    }

    private long slotOf(long now) {
        return Math.floorDiv(now, over().toNanos() / SLOTS);
    }

    private Duration over() {
        Duration over = config.over();
        return over == null ? Duration.ofMinutes(5) : over;
    }

    /**
     * A tool ran.
     *
     * @return why the member is to be paused, or {@code null}
     */
    synchronized @Nullable String ran(String call, String tool, long now) {
        seenAt = now;
        Integer most = config.sameCall();
        Duration within = config.within();
        if (most == null || within == null) {
            return null;
        }
        Times times = calls.computeIfAbsent(call, unused -> new Times(most));
        if (calls.size() > MOST_CALLS) {
            String eldest = calls.firstEntry().getKey();
            calls.remove(eldest);
        }
        if (!times.add(now, within.toNanos())) {
            return null;
        }
        calls.clear();
        return "it called " + tool + " " + most + " times with the same arguments within " + within.toSeconds() + "s";
    }

    /** As {@link #ran}, for what a call cost. */
    synchronized @Nullable String spent(NanoUsd cost, long now) {
        seenAt = now;
        if (config.spendUsd() == null || cost.isZero()) {
            return null;
        }
        NanoUsd limit = NanoUsd.ofUsd(config.spendUsd());
        turn(slotOf(now));
        int place = (int) Math.floorMod(slot, (long) SLOTS);
        spent[place] = saturated(spent[place], cost.nanos());
        long sum = 0;
        for (long each : spent) {
            sum = saturated(sum, each);
        }
        if (sum <= limit.nanos()) {
            return null;
        }
        Arrays.fill(spent, 0);
        return "it spent " + new NanoUsd(sum) + " within " + over().toMinutes() + "m, more than the " + limit
                + " its brake allows";
    }

    private void turn(long now) {
        for (long each = Math.max(slot + 1, now - SLOTS + 1); each <= now; each++) {
            spent[(int) Math.floorMod(each, (long) SLOTS)] = 0;
        }
        slot = Math.max(slot, now);
    }

    private static long saturated(long a, long b) {
        return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }

    synchronized long seenAt() {
        return seenAt;
    }
}
