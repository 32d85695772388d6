package dev.portreeve.hub.south;

import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.hub.wire.BadMessage;
import dev.portreeve.hub.wire.JsonRpc;
import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.hub.wire.RequestId;
import dev.portreeve.hub.wire.SseReader;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.UpstreamFault;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session over the transport of the oldest revision (2024-11-05, HTTP with SSE): one event stream carries everything the
 * server says, and its first event names the address that messages are posted to. That address must be of the server's own
 * origin, since the credential goes there. The stream's end fails every waiting request at once.
 */
final class SseLink implements ServerLink {
    private static final Logger LOGGER = LoggerFactory.getLogger(SseLink.class);
    private static final Duration COURTESY = Duration.ofSeconds(2);
    private static final int MAX_ENDPOINT_BYTES = 4096;

    private final String slug;
    private final HttpPost post;
    private final InputStream stream;
    private final SseReader events;
    private final boolean interactive;
    private final Aside aside;
    private final PendingReplies pending;
    private final AtomicLong lastId = new AtomicLong();
    private final AtomicReference<String> logLevel = new AtomicReference<>("");
    private final Questions questions;
    private volatile ServerProfile profile = ServerProfile.UNKNOWN;

    private SseLink(
            String slug, HttpPost post, InputStream stream, SseReader events, boolean interactive, Aside aside) {
        this.slug = slug;
        this.post = post;
        this.stream = stream;
        this.events = events;
        this.interactive = interactive;
        this.aside = aside;
        this.pending = new PendingReplies(slug);
        this.questions = new Questions(new AnswerDelivery(slug, post, Map::of)::send);
    }

    /** What all links of a server share. */
    record Ground(String slug, HttpPost post, AlarmClock alarms, int maxMessageBytes, Function<Party, Aside> asides) {}

    /**
     * Opens the stream, learns where to post, and shakes hands for a party.
     *
     * @throws ToolServerFault if the server does not speak this transport, or refuses
     */
    static SseLink open(Ground ground, Party party, Deadline deadline) {
        InputStream stream = ground.post().listen(deadline);
        SseLink link = null;
        AlarmClock.Alarm tooLate = ground.alarms().after(deadline.remaining(), () -> close(stream));
        try {
            SseReader events = new SseReader(stream, ground.maxMessageBytes());
            HttpPost messages = ground.post().at(endpoint(ground, events.next()));
            link = new SseLink(
                    ground.slug(),
                    messages,
                    stream,
                    events,
                    !party.equals(Party.GATEWAY),
                    ground.asides().apply(party));
            Thread.ofVirtual().name("hub-" + ground.slug() + "-sse").start(link::read);
            link.initialize(party, deadline);
            SseLink opened = link;
            link = null;
            return opened;
        } catch (IOException broken) {
            throw deadline.isPast()
                    ? ToolServerFault.timeout(ground.slug())
                    : ToolServerFault.garbage(ground.slug(), "opened no event stream");
        } finally {
            tooLate.close();
            if (link != null) {
                link.close();
            }
        }
    }

    private static URI endpoint(Ground ground, byte @Nullable [] first) {
        URI base = ground.post().url();
        if (first == null || first.length > MAX_ENDPOINT_BYTES) {
            throw ToolServerFault.garbage(ground.slug(), "did not say where messages go");
        }
        URI endpoint;
        try {
            endpoint = base.resolve(new String(first, StandardCharsets.UTF_8).strip());
        } catch (IllegalArgumentException notOne) {
            throw ToolServerFault.garbage(ground.slug(), "said in no readable way where messages go");
        }
        boolean sameOrigin = base.getScheme().equalsIgnoreCase(endpoint.getScheme())
                && String.valueOf(base.getRawAuthority()).equalsIgnoreCase(endpoint.getRawAuthority());
        if (!sameOrigin) {
            throw ToolServerFault.garbage(ground.slug(), "wants messages at another origin than its own");
        }
        return endpoint;
    }

    private void initialize(Party party, Deadline deadline) {
        JsonRpcMessage.Response response = request(ServerRequest.initialize(party), party, Meanwhile.NOTHING, deadline);
        profile = Greeting.negotiated(slug, response);
        post.deliver(JsonRpc.notification("notifications/initialized", RawJson.EMPTY_OBJECT), Map.of(), deadline);
    }

    @Override
    public JsonRpcMessage.Response request(ServerRequest request, Party party, Meanwhile meanwhile, Deadline deadline) {
        long id = lastId.incrementAndGet();
        boolean answered = false;
        try (PendingReplies.Waiting waiting = pending.open(id, interactive && !meanwhile.equals(Meanwhile.NOTHING))) {
            post.deliver(
                    JsonRpc.request(RequestId.of(id), request.method(), request.params(false, party, id)),
                    Map.of(),
                    deadline);
            JsonRpcMessage.Response response = waiting.await(meanwhile, questions, deadline);
            answered = true;
            return response;
        } catch (InterruptedException givenUp) {
            Thread.currentThread().interrupt();
            throw ToolServerFault.interrupted(slug);
        } finally {
            if (!answered && !pending.hasEnded()) {
                sendSoon(JsonRpc.notification(
                        "notifications/cancelled",
                        RawJson.of(JsonRpc.object()
                                .put("requestId", id)
                                .put("reason", "nobody waits for the answer any more"))));
            }
        }
    }

    // On another thread: this one may be interrupted, or must go on reading.
    private void sendSoon(byte[] message) {
        Thread.ofVirtual()
                .name("hub-" + slug + "-tell")
                .start(() -> post.send(message, Map.of(), Deadline.in(COURTESY)));
    }

    private void read() {
        ToolServerFault end =
                ToolServerFault.of(UpstreamFault.Kind.CUT, "tool server \"" + slug + "\" ended its event stream", true);
        try {
            for (byte[] event = events.next(); event != null; event = events.next()) {
                take(event);
            }
        } catch (SseReader.TooLarge tooLarge) {
            end = ToolServerFault.of(
                    UpstreamFault.Kind.TOO_LARGE,
                    "tool server \"" + slug + "\" sent more than the gateway takes",
                    true);
        } catch (IOException broken) {
            LOGGER.debug("the event stream of tool server \"{}\" broke", slug);
        } finally {
            pending.end(end);
            close(stream);
        }
    }

    private void take(byte[] event) {
        try {
            switch (JsonRpcMessage.read(event)) {
                case JsonRpcMessage.Response response -> pending.complete(response);
                case JsonRpcMessage.Request question -> answer(question);
                case JsonRpcMessage.Notification notification -> heed(notification);
            }
        } catch (BadMessage notAMessage) {
            LOGGER.debug("tool server \"{}\" sent an event that is no message; it is skipped", slug);
        }
    }

    private void answer(JsonRpcMessage.Request question) {
        if (Questions.isPing(question)) {
            questions.pong(question.id());
        } else if (!interactive) {
            questions.refuse(question);
        } else if (!pending.ask(question)) {
            if (aside.hears()) {
                aside.ask(question, questions, aside.standing());
            } else if (!pending.keep(question)) {
                questions.refuse(question);
            }
        }
    }

    private void heed(JsonRpcMessage.Notification notification) {
        switch (notification.method()) {
            case "notifications/progress" ->
                Progress.read(notification.params())
                        .ifPresent(report -> pending.report(report.token(), report.params()));
            default -> {
                if (!aside.takesInSession(notification)) {
                    pending.say(notification, interactive);
                }
            }
        }
    }

    @Override
    public void tell(String method) {
        sendSoon(JsonRpc.notification(method, RawJson.EMPTY_OBJECT));
    }

    @Override
    public ServerProfile profile() {
        return profile;
    }

    @Override
    public boolean isModern() {
        return false;
    }

    @Override
    public boolean hasEnded() {
        return pending.hasEnded();
    }

    @Override
    public boolean hasOwnStream() {
        return false;
    }

    // What it says comes on the connection itself, which is read already: only its end is waited for.
    @Override
    public boolean listen(Runnable begun, Deadline deadline) {
        try {
            pending.awaitEnd(deadline);
            return true;
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw ToolServerFault.interrupted(slug);
        }
    }

    @Override
    public boolean changesLogLevel(String level) {
        return !logLevel.getAndSet(level).equals(level);
    }

    /** Ends the stream, which ends the session. */
    @Override
    public void close() {
        pending.end(ToolServerFault.of(
                UpstreamFault.Kind.CUT, "the session with tool server \"" + slug + "\" is over", true));
        close(stream);
    }

    private static void close(InputStream stream) {
        try {
            stream.close();
        } catch (IOException alreadyBroken) {
            LOGGER.debug("an event stream was closed by the other side first");
        }
    }
}
