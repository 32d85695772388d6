package dev.portreeve.hub.north;

import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.hub.wire.RawJson;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Tells one caller what was updated: however often a server says it, each resource at most a few times in a second.
 * Thread-safe; never blocks.
 */
final class Updates {
    private static final Duration GATHER = Duration.ofMillis(100);
    /** Parts of subscribed resources that are told by their own names; beyond it, the whole is said to be updated. */
    private static final int MAX_GATHERED = 256;

    private final AlarmClock alarms;
    private final Consumer<RawJson> teller;
    private final Map<String, RawJson> gathered = new LinkedHashMap<>();

    /** @param teller takes the params of {@code notifications/resources/updated}; must not block */
    Updates(AlarmClock alarms, Consumer<RawJson> teller) {
        this.alarms = alarms;
        this.teller = teller;
    }

    /**
     * Something was updated.
     *
     * @param subscribed the URI its caller subscribed to: the same, or one above it
     */
    void add(String uri, RawJson params, String subscribed) {
        boolean first;
        synchronized (gathered) {
            first = gathered.isEmpty();
            if (gathered.size() < MAX_GATHERED || gathered.containsKey(uri)) {
                gathered.put(uri, params);
            } else {
                gathered.put(subscribed, RawJson.object(Map.of("uri", RawJson.string(subscribed))));
            }
        }
        if (first) {
            AlarmClock.Alarm unused = alarms.after(GATHER, () -> taken().forEach(teller));
        }
    }

    private List<RawJson> taken() {
        synchronized (gathered) {
            List<RawJson> all = List.copyOf(gathered.values());
            gathered.clear();
            return all;
        }
    }
}
