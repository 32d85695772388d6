package dev.portreeve.hub.north;

import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.hub.wire.JsonRpc;
import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.policy.call.Cancellation;
import dev.portreeve.policy.call.Correlation;

/** {@code resources/subscribe} and {@code resources/unsubscribe} of the older era. Thread-safe. */
final class SessionSubscribing {
    private static final int OK = 200;
    private static final String UPDATED = "notifications/resources/updated";

    private final ContextFinder finder;
    private final SubscribeCalls calls;
    private final RateLimit rate;
    private final AlarmClock alarms;

    SessionSubscribing(ContextFinder finder, SubscribeCalls calls, RateLimit rate, AlarmClock alarms) {
        this.finder = finder;
        this.calls = calls;
        this.rate = rate;
        this.alarms = alarms;
    }

    static boolean isAbout(String method) {
        return method.equals(ContextRequest.SUBSCRIBE) || method.equals(ContextRequest.UNSUBSCRIBE);
    }

    /** Runs one call to its end on the calling thread; what it began ends with the session. */
    Reply call(
            LegacySession session,
            Counterpart caller,
            JsonRpcMessage.Request request,
            Answer answer,
            Cancellation cancellation) {
        ContextRequest found;
        switch (finder.find(caller, request.method(), request.params())) {
            case ContextFinder.Found.Request(ContextRequest one) -> found = one;
            case ContextFinder.Found.Nothing(Reply reply) -> {
                return reply;
            }
        }
        Correlation said = RequestMeta.read(request.params(), answer).correlation();
        if (request.method().equals(ContextRequest.UNSUBSCRIBE)) {
            return calls.unsubscribe(caller, found, session.subscriptions(), said, cancellation);
        }
        if (!rate.admit(caller.subject())) {
            return new Reply.Error(
                    OK, new McpError(McpError.INTERNAL_ERROR, "too many subscriptions in a minute: try again later"));
        }
        Updates updates = new Updates(alarms, params -> session.streams().tell(JsonRpc.notification(UPDATED, params)));
        return calls.subscribe(caller, found, session.subscriptions(), updates, said, cancellation);
    }
}
