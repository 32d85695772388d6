package dev.portreeve.hub.north;

import dev.portreeve.hub.south.Topic;
import dev.portreeve.hub.wire.BadMessage;
import dev.portreeve.hub.wire.JsonRpc;
import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.MetaKey;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.hub.wire.RequestId;
import dev.portreeve.policy.call.Cancellation;
import dev.portreeve.policy.call.Subject;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code subscriptions/listen} of 2026-07-28: one long answer, which begins with what was accepted, bears the request's id
 * on everything, and ends with a result if it is the gateway that ends it. Thread-safe.
 */
final class ModernListening {
    private static final int OK = 200;

    private final StandingStreams standing;
    private final RateLimit rate;
    private final Announcements announcements;
    private final VisibleLists lists;
    private final StreamSubscribing subscribing;
    private final TaskNews tasks;
    private final StreamPump pump;
    private final StreamLimits limits;
    private final LogSpace space;

    ModernListening(
            StandingStreams standing,
            RateLimit rate,
            Announcements announcements,
            VisibleLists lists,
            StreamSubscribing subscribing,
            TaskNews tasks,
            StreamPump pump,
            StreamLimits limits,
            LogSpace space) {
        this.standing = standing;
        this.rate = rate;
        this.announcements = announcements;
        this.lists = lists;
        this.subscribing = subscribing;
        this.tasks = tasks;
        this.pump = pump;
        this.limits = limits;
        this.space = space;
    }

    /**
     * Returns when the stream is over.
     *
     * @throws BadMessage before anything was sent
     */
    void listen(Counterpart.Modern caller, JsonRpcMessage.Request request, RequestMeta meta, McpExchange exchange) {
        Subject subject = caller.subject();
        ListenFilter filter =
                ListenFilter.read(request.params(), limits.subscribedResources(), TaskLimits.DEFAULT.perPrincipal());
        if (!rate.admit(subject)) {
            throw refused("too many subscriptions in a minute: keep one stream open and try again later");
        }
        StandingStreams.Place place = standing.enter(subject)
                .orElseThrow(() -> refused("too many streams are open: close some, or try again later"));
        StreamLog log = new StreamLog(0, limits, space);
        Listening listening = new Listening(
                request.id(), filter, new ListWatch(lists, subject, caller.view()), log, limits.toldAtOnce());
        try (StreamLog.Reader reader = log.read();
                Subscriptions subscriptions = new Subscriptions(limits.subscribedResources());
                TaskWatches watches = new TaskWatches()) {
            announcements.join(listening);
            Cancellation gone = new Cancellation();
            try (McpExchange.EventStream stream = exchange.stream(Map.of(), leaving(reader, gone))) {
                List<String> subscribed = subscribing.subscribe(
                        caller, filter.resources(), subscriptions, listening::updated, meta, gone);
                List<String> followed = tasks.follow(caller, filter.tasks(), watches, listening::changed, gone);
                run(listening, subscribed, followed, reader, stream);
            }
        } finally {
            announcements.leave(listening);
            log.drop();
            place.close();
        }
    }

    private static Runnable leaving(StreamLog.Reader reader, Cancellation gone) {
        return () -> {
            reader.close();
            gone.cancel();
        };
    }

    private void run(
            Listening listening,
            List<String> subscribed,
            List<String> followed,
            StreamLog.Reader reader,
            McpExchange.EventStream stream) {
        boolean nothing = listening.filter.lists().isEmpty() && subscribed.isEmpty() && followed.isEmpty();
        if (stream.send(listening.acknowledgement(subscribed, followed)) && !nothing) {
            pump.run(reader, stream, false);
        }
        boolean ignored = stream.send(listening.completion());
    }

    private static BadMessage refused(String message) {
        return new BadMessage(OK, new McpError(McpError.INTERNAL_ERROR, message));
    }

    /** One open stream. */
    private static final class Listening implements Announcements.Listener {
        private final RequestId id;
        private final ListenFilter filter;
        private final ListWatch watch;
        private final StreamLog log;
        private final int mostAtOnce;

        Listening(RequestId id, ListenFilter filter, ListWatch watch, StreamLog log, int mostAtOnce) {
            this.id = id;
            this.filter = filter;
            this.watch = watch;
            this.log = log;
            this.mostAtOnce = mostAtOnce;
        }

        byte[] acknowledgement(List<String> subscribed, List<String> followed) {
            ObjectNode params = JsonRpc.object();
            params.set("notifications", filter.accepted(subscribed, followed));
            return marked("notifications/subscriptions/acknowledged", params);
        }

        private byte[] marked(String method, ObjectNode params) {
            params.withObject("/_meta")
                    .set(MetaKey.SUBSCRIPTION_ID, RawJson.of(id.json()).tree());
            return JsonRpc.notification(method, RawJson.of(params));
        }

        void updated(RawJson params) {
            params.objectTree().ifPresent(tree -> log.append(marked(Topic.RESOURCE.newer(), tree)));
        }

        // Whoever listens relies on it: rather than leave something out, the stream ends, and he looks himself.
        void changed(RawJson task) {
            if (task.length() > mostAtOnce) {
                log.end();
            } else {
                task.objectTree().ifPresent(tree -> log.append(marked(Topic.TASK.newer(), tree)));
            }
        }

        byte[] completion() {
            ObjectNode result = JsonRpc.object().put("resultType", "complete");
            ObjectNode meta = result.putObject("_meta");
            meta.set(MetaKey.SUBSCRIPTION_ID, RawJson.of(id.json()).tree());
            meta.set(MetaKey.SERVER_INFO, ServerSelf.info());
            return JsonRpc.result(id, RawJson.of(result));
        }

        @Override
        public void look() {
            watch.changed().stream()
                    .filter(filter.lists()::contains)
                    .forEach(kind -> log.append(marked(kind.method(), JsonRpc.object())));
        }

        @Override
        public void close() {
            log.end();
        }
    }
}
