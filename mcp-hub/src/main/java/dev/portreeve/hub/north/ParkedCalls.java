package dev.portreeve.hub.north;

import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.policy.call.Subject;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The requests that wait for an answer between two rounds. Each is found once, by the id in its sealed state; what is not
 * fetched in time is given up. In this replica's memory only. Thread-safe.
 */
final class ParkedCalls implements AutoCloseable {
    private final RoundLimits limits;
    private final AlarmClock alarms;
    private final Map<String, Parked> byId = new HashMap<>();

    private record Parked(Subject owner, ParkedCall call, String question, AlarmClock.Alarm expiry) {}

    /** A request that goes on, and the key of the question it waits with. */
    record Resumed(ParkedCall call, String question) {}

    ParkedCalls(RoundLimits limits, AlarmClock alarms) {
        this.limits = limits;
        this.alarms = alarms;
    }

    /** Parks a request; false if there are too many already, and the request is given up then. */
    boolean park(String id, Subject owner, ParkedCall call, String question) {
        AlarmClock.Alarm expiry = alarms.after(limits.answerWithin(), () -> expire(id));
        boolean parked;
        synchronized (this) {
            long own = byId.values().stream()
                    .filter(one -> one.owner().equals(owner))
                    .count();
            parked = own < limits.parkedPerPrincipal() && byId.size() < limits.parked();
            if (parked) {
                byId.put(id, new Parked(owner, call, question, expiry));
            }
        }
        if (!parked) {
            expiry.close();
            call.cancel();
        }
        return parked;
    }

    private void expire(String id) {
        Parked late = take(id);
        if (late != null) {
            late.call().cancel();
        }
    }

    /** Takes a parked request out: it can be taken once. */
    Optional<Resumed> resume(String id) {
        Parked parked = take(id);
        if (parked == null) {
            return Optional.empty();
        }
        parked.expiry().close();
        return Optional.of(new Resumed(parked.call(), parked.question()));
    }

    private synchronized @Nullable Parked take(String id) {
        return byId.remove(id);
    }

    /** Gives everything up. */
    @Override
    public synchronized void close() {
        byId.values().forEach(one -> one.call().cancel());
        byId.clear();
    }
}
