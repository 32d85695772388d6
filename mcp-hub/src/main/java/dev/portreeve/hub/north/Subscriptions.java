package dev.portreeve.hub.north;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What one session, or one listening stream, is subscribed to; ends with it. Thread-safe. */
final class Subscriptions implements AutoCloseable {
    private final int max;
    private final Map<String, Subscription> byUri = new LinkedHashMap<>();
    private boolean over;

    Subscriptions(int max) {
        this.max = max;
    }

    /** What came of trying to take one in. */
    enum Taken {
        YES,
        /** The same resource is subscribed to already. */
        TWICE,
        TOO_MANY,
        OVER
    }

    /** Takes one in, before its server is asked. */
    synchronized Taken take(Subscription one) {
        if (over) {
            return Taken.OVER;
        }
        if (byUri.containsKey(one.asked())) {
            return Taken.TWICE;
        }
        if (byUri.size() >= max) {
            return Taken.TOO_MANY;
        }
        byUri.put(one.asked(), one);
        return Taken.YES;
    }

    /** Lets go of one; without effect if it is not in. */
    synchronized void drop(Subscription one) {
        byUri.remove(one.asked(), one);
    }

    /** Lets go of the one of a resource, by the URI its caller knows. */
    synchronized Optional<Subscription> drop(String asked) {
        return Optional.ofNullable(byUri.remove(asked));
    }

    @Override
    public void close() {
        ended().forEach(Subscription::end);
    }

    private synchronized List<Subscription> ended() {
        over = true;
        List<Subscription> all = List.copyOf(byUri.values());
        byUri.clear();
        return all;
    }
}
