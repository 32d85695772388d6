package dev.portreeve.hub.north;

import dev.portreeve.hub.catalog.View;
import dev.portreeve.hub.wire.BadMessage;
import dev.portreeve.hub.wire.HeaderValue;
import dev.portreeve.hub.wire.JsonRpc;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Subject;
import java.util.Locale;
import java.util.Map;

/** The GET stream of a session: what belongs to no request, or the rest of a stream that broke. Thread-safe. */
final class SessionListening {
    private static final int BAD_REQUEST = 400;
    private static final int NOT_ACCEPTABLE = 406;
    private static final int UNAVAILABLE = 503;

    private final StandingStreams standing;
    private final Announcements announcements;
    private final VisibleLists lists;
    private final StreamPump pump;
    private final StreamLimits limits;

    SessionListening(
            StandingStreams standing,
            Announcements announcements,
            VisibleLists lists,
            StreamPump pump,
            StreamLimits limits) {
        this.standing = standing;
        this.announcements = announcements;
        this.lists = lists;
        this.pump = pump;
        this.limits = limits;
    }

    /** What a session that is opened now begins with. */
    ListWatch watch(Subject subject, View view) {
        return new ListWatch(lists, subject, view);
    }

    /**
     * Returns when the stream is over. A second one for the same stream takes the first one's place: the gateway learns
     * late that a connection broke, and its caller should not wait for that.
     *
     * @throws BadMessage before anything was sent
     */
    void listen(LegacySession session, McpExchange exchange) {
        String accept = exchange.header("Accept");
        if (accept == null || !accept.toLowerCase(Locale.ROOT).contains("text/event-stream")) {
            throw new BadMessage(
                    NOT_ACCEPTABLE,
                    new McpError(McpError.TRANSPORT, "a get needs the header Accept: text/event-stream"));
        }
        StandingStreams.Place place = standing.enter(session.owner()).orElseThrow(SessionListening::tooMany);
        Listening listening = new Listening(session);
        try (StreamLog.Reader reader = session.streams()
                        .listen(exchange.header(HeaderValue.LAST_EVENT))
                        .orElseThrow(SessionListening::unknownEvent);
                McpExchange.EventStream stream = exchange.stream(Map.of(), reader::close)) {
            if (session.isPrimed()) {
                boolean ignored = stream.prime(reader.position().toString(), limits.retry());
            }
            announcements.join(listening);
            listening.look();
            pump.run(reader, stream, true);
        } finally {
            announcements.leave(listening);
            place.close();
        }
    }

    /** A session whose owner listens. */
    private static final class Listening implements Announcements.Listener {
        private final LegacySession session;

        Listening(LegacySession session) {
            this.session = session;
        }

        @Override
        public void look() {
            session.watch()
                    .changed()
                    .forEach(kind -> session.streams().tell(JsonRpc.notification(kind.method(), RawJson.EMPTY_OBJECT)));
        }

        @Override
        public void close() {
            session.streams().endStanding();
        }
    }

    private static BadMessage tooMany() {
        return new BadMessage(
                UNAVAILABLE,
                new McpError(McpError.TRANSPORT, "too many streams are open: close some, or try again later"));
    }

    private static BadMessage unknownEvent() {
        return new BadMessage(
                BAD_REQUEST,
                new McpError(
                        McpError.TRANSPORT,
                        "the stream of this event is not kept any more: listen without " + HeaderValue.LAST_EVENT));
    }
}
