package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Deadline;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Attention to a server of the older era: subscriptions in the party's own session, which is kept open for them. A session
 * that was lost is opened again and subscribed again, and then everything counts as updated.
 */
final class SessionAttention implements Attention {
    private static final Logger LOGGER = LoggerFactory.getLogger(SessionAttention.class);
    private static final Duration COURTESY = Duration.ofSeconds(2);

    private final Party party;
    private final Watches.Hearing hearing;
    private final Conversations.Pin pin;
    private final Set<String> subscribed = ConcurrentHashMap.newKeySet();

    /** How a server of the older era tells of one kind of thing. */
    static Attention of(Topic topic, Conversations conversations, Party party, Watches.Hearing hearing) {
        return switch (topic) {
            case RESOURCE -> new SessionAttention(conversations, party, hearing);
            case TASK -> new UnaskedAttention(conversations, party);
        };
    }

    private SessionAttention(Conversations conversations, Party party, Watches.Hearing hearing) {
        this.party = party;
        this.hearing = hearing;
        this.pin = conversations.pin(party, new Conversations.Reopened() {
            @Override
            public void reopened(ServerLink link, Deadline deadline) {
                subscribeAgain(link, deadline);
            }

            @Override
            public void listensAgain() {
                hearing.missed(Set.copyOf(subscribed));
            }
        });
    }

    @Override
    public Answered add(String uri, Deadline deadline) {
        ServerLink link = pin.link(deadline);
        JsonRpcMessage.Response response;
        try {
            response = request(link, "resources/subscribe", uri, deadline);
        } catch (HttpPost.SessionGone gone) {
            pin.lost(link);
            response = request(pin.link(deadline), "resources/subscribe", uri, deadline);
        }
        McpError error = response.error();
        if (error != null) {
            return new Answered.Refusal(error);
        }
        subscribed.add(uri);
        return new Answered.Result(RawJson.EMPTY_OBJECT);
    }

    private JsonRpcMessage.Response request(ServerLink link, String method, String uri, Deadline deadline) {
        return link.request(
                ServerRequest.of(method, Map.of("uri", RawJson.string(uri))), party, Meanwhile.NOTHING, deadline);
    }

    private void subscribeAgain(ServerLink reopened, Deadline deadline) {
        Set<String> all = Set.copyOf(subscribed);
        try {
            for (String uri : all) {
                JsonRpcMessage.Response ignored = request(reopened, "resources/subscribe", uri, deadline);
            }
        } catch (ToolServerFault | HttpPost.SessionGone lostAgain) {
            LOGGER.debug("a session was lost while it was subscribed again");
        }
        hearing.missed(all);
    }

    @Override
    public void remove(String uri) {
        if (subscribed.remove(uri)) {
            pin.current().ifPresent(link -> {
                try {
                    JsonRpcMessage.Response ignored =
                            request(link, "resources/unsubscribe", uri, Deadline.in(COURTESY));
                } catch (ToolServerFault | HttpPost.SessionGone over) {
                    LOGGER.debug("a session was over before it could be unsubscribed");
                }
            });
        }
    }

    @Override
    public void close() {
        pin.close();
    }
}
