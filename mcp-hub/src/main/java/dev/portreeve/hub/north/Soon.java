package dev.portreeve.hub.north;

import dev.portreeve.hub.time.AlarmClock;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Does something for somebody in a moment, and once, however often it is asked for meanwhile. Thread-safe; never blocks. */
final class Soon {
    private static final Duration GATHER = Duration.ofMillis(200);

    private final AlarmClock alarms;
    private final Set<String> due = ConcurrentHashMap.newKeySet();

    Soon(AlarmClock alarms) {
        this.alarms = alarms;
    }

    /** @param task must not block */
    void run(String key, Runnable task) {
        if (due.add(key)) {
            AlarmClock.Alarm unused = alarms.after(GATHER, () -> {
                due.remove(key);
                task.run();
            });
        }
    }
}
