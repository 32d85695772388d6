package dev.portreeve.hub.north;

import dev.portreeve.hub.catalog.ContextCatalog;
import dev.portreeve.hub.catalog.ToolCatalog;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.hub.wire.JsonRpc;
import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.policy.call.Cancellation;
import java.util.Optional;

/** {@code resources/subscribe} and {@code resources/unsubscribe} of the older era. Thread-safe. */
final class SessionSubscribing {
    private static final int OK = 200;
    private static final String UPDATED = "notifications/resources/updated";

    private final ToolCatalog servers;
    private final ContextCatalog catalog;
    private final SubscribeCalls calls;
    private final RateLimit rate;
    private final AlarmClock alarms;

    SessionSubscribing(
            ToolCatalog servers, ContextCatalog catalog, SubscribeCalls calls, RateLimit rate, AlarmClock alarms) {
        this.servers = servers;
        this.catalog = catalog;
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
        Optional<ContextRequest> found =
                ContextRequest.read(request.method(), request.params(), caller.view(), servers, catalog);
        if (found.isEmpty()) {
            return ContextRequest.unknown(request.method(), request.params());
        }
        String trace = RequestMeta.read(request.params(), answer).traceId();
        if (request.method().equals(ContextRequest.UNSUBSCRIBE)) {
            return calls.unsubscribe(caller, found.get(), session.subscriptions(), trace, cancellation);
        }
        if (!rate.admit(caller.subject())) {
            return new Reply.Error(
                    OK, new McpError(McpError.INTERNAL_ERROR, "too many subscriptions in a minute: try again later"));
        }
        Updates updates = new Updates(alarms, params -> session.streams().tell(JsonRpc.notification(UPDATED, params)));
        return calls.subscribe(caller, found.get(), session.subscriptions(), updates, trace, cancellation);
    }
}
