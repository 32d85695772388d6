package dev.portreeve.hub.north;

import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.hub.wire.BadMessage;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Cancellation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The resources that a stream of {@code subscriptions/listen} is to tell of. Thread-safe. */
final class StreamSubscribing {
    private final ContextFinder finder;
    private final SubscribeCalls calls;
    private final AlarmClock alarms;

    StreamSubscribing(ContextFinder finder, SubscribeCalls calls, AlarmClock alarms) {
        this.finder = finder;
        this.calls = calls;
        this.alarms = alarms;
    }

    /**
     * Subscribes to one resource after the other, on the calling thread.
     *
     * @param into ends with the stream
     * @param teller takes the params of {@code notifications/resources/updated}; must not block
     * @param gone when the caller left
     * @return those that the stream will tell of; whatever is forbidden, unknown or cannot be had is missing
     */
    List<String> subscribe(
            Counterpart caller,
            List<String> uris,
            Subscriptions into,
            Consumer<RawJson> teller,
            RequestMeta meta,
            Cancellation gone) {
        Updates updates = new Updates(alarms, teller);
        List<String> subscribed = new ArrayList<>();
        for (String uri : uris) {
            if (!gone.isCancelled() && isSubscribed(caller, uri, into, updates, meta, gone)) {
                subscribed.add(uri);
            }
        }
        return subscribed;
    }

    private boolean isSubscribed(
            Counterpart caller, String uri, Subscriptions into, Updates updates, RequestMeta meta, Cancellation gone) {
        try {
            RawJson params = RawJson.object(Map.of("uri", RawJson.string(uri)));
            return finder.find(caller, ContextRequest.LISTEN, params) instanceof ContextFinder.Found.Request found
                    && calls.subscribe(caller, found.request(), into, updates, meta.correlation(), gone)
                            instanceof Reply.Result;
        } catch (BadMessage unusable) {
            return false;
        }
    }
}
