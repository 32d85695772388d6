package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.HeaderValue;
import dev.portreeve.hub.wire.JsonRpc;
import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.MetaKey;
import dev.portreeve.hub.wire.ProtocolVersion;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.hub.wire.RequestId;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.UpstreamFault;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is agreed with an HTTP server: nothing but the era for a modern one, a version and perhaps a session for an older
 * one. Giving up a request closes its answer, which is how the modern era cancels; the older era is also sent a
 * notification.
 */
final class HttpLink implements ServerLink {
    private static final Duration COURTESY = Duration.ofSeconds(2);
    private static final Pattern HTTP_TEXT = Pattern.compile("[\\x21-\\x7e]([\\x20-\\x7e]*[\\x21-\\x7e])?");
    private final String slug;
    private final HttpPost post;
    private final boolean modern;
    private final Aside aside;
    private final AtomicLong lastId = new AtomicLong();
    private final AtomicReference<String> logLevel = new AtomicReference<>("");
    private final Questions questions;
    /** In the order in which they began. */
    private final Queue<Underway> underway = new ConcurrentLinkedQueue<>();

    private volatile @Nullable String session;
    private volatile String version;
    private volatile ServerProfile profile = ServerProfile.UNKNOWN;

    private HttpLink(String slug, HttpPost post, boolean modern, Aside aside) {
        this.slug = slug;
        this.post = post;
        this.modern = modern;
        this.aside = aside;
        this.version = modern ? ProtocolVersion.MODERN : "";
        this.questions = new Questions(new AnswerDelivery(slug, post, () -> headers(null, null))::send);
    }

    static HttpLink modern(String slug, HttpPost post, Aside aside) {
        return new HttpLink(slug, post, true, aside);
    }

    /** A connection of the older era; its first request must be {@code initialize}. */
    static HttpLink legacy(String slug, HttpPost post, Aside aside) {
        return new HttpLink(slug, post, false, aside);
    }

    /** Keeps what the server said in its greeting; the version it chose is from now on sent with everything. */
    void opened(ServerProfile greeted) {
        version = greeted.protocolVersion();
        profile = greeted;
    }

    @Override
    public ServerProfile profile() {
        return profile;
    }

    @Override
    public boolean isModern() {
        return modern;
    }

    @Override
    public boolean hasEnded() {
        // A session the server forgot shows only when it is used.
        return false;
    }

    @Override
    public boolean changesLogLevel(String level) {
        return !logLevel.getAndSet(level).equals(level);
    }

    @Override
    public JsonRpcMessage.Response request(ServerRequest request, Party party, Meanwhile meanwhile, Deadline deadline) {
        long id = lastId.incrementAndGet();
        byte[] message = JsonRpc.request(RequestId.of(id), request.method(), request.params(modern, party, id));
        Underway heard = new Underway(ears(meanwhile), !modern && !meanwhile.equals(Meanwhile.NOTHING), !modern);
        try {
            underway.add(heard);
            HttpPost.Answer answer =
                    post.request(message, id, headers(request), request.isHarmless(), questions, heard, deadline);
            if (answer.session() != null && version.isEmpty()) {
                session = answer.session();
            }
            return answer.response();
        } catch (ToolServerFault fault) {
            boolean givenUp = fault.fault().kind() == UpstreamFault.Kind.TIMEOUT
                    || Thread.currentThread().isInterrupted();
            if (givenUp && !modern && !version.isEmpty()) {
                cancel(id);
            }
            throw fault;
        } finally {
            underway.remove(heard);
        }
    }

    private Meanwhile ears(Meanwhile own) {
        // In the modern era a server asks in its result, never by a request of its own.
        return new Meanwhile() {
            @Override
            public void progress(ObjectNode params) {
                own.progress(params);
            }

            @Override
            public void notification(JsonRpcMessage.Notification notification) {
                if (!(modern ? aside.takes(notification) : aside.takesInSession(notification))) {
                    own.notification(notification);
                }
            }

            @Override
            public Answered question(JsonRpcMessage.Request question) throws InterruptedException {
                return (modern ? NOTHING : own).question(question);
            }
        };
    }

    @Override
    public boolean listen(Runnable begun, Deadline deadline) {
        return modern
                ? ServerEar.listen(this, deadline)
                : post.listen(headers(null, null), begun, this::heard, deadline);
    }

    @Override
    public boolean hasOwnStream() {
        return !modern;
    }

    // What a server of the older era says on the session's own stream.
    private void heard(JsonRpcMessage message) {
        switch (message) {
            case JsonRpcMessage.Notification notification -> {
                // Whatever else it says belongs to no request, and no guardrail would read it.
                boolean ignored = aside.takesInSession(notification);
            }
            case JsonRpcMessage.Request question when Questions.isPing(question) -> questions.pong(question.id());
            case JsonRpcMessage.Request question ->
                aside.ask(
                        question,
                        questions,
                        underway.stream()
                                .filter(Underway::takesQuestions)
                                .findFirst()
                                .map(Meanwhile.class::cast)
                                .orElseGet(aside::standing));
            case JsonRpcMessage.Response unasked -> {
                // Answers come on the streams of their requests.
            }
        }
    }

    private void cancel(long id) {
        // On another thread: this one may be interrupted, and whoever waits for it should not wait for a courtesy.
        Thread.ofVirtual()
                .name("hub-" + slug + "-cancel")
                .start(() -> notify(
                        "notifications/cancelled",
                        RawJson.of(JsonRpc.object()
                                .put("requestId", id)
                                .put("reason", "nobody waits for the answer any more")),
                        Deadline.in(COURTESY)));
    }

    @Override
    public void tell(String method) {
        Thread.ofVirtual()
                .name("hub-" + slug + "-tell")
                .start(() -> notify(method, RawJson.EMPTY_OBJECT, Deadline.in(COURTESY)));
    }

    void notify(String method, RawJson params, Deadline deadline) {
        post.send(JsonRpc.notification(method, params), headers(method, null), deadline);
    }

    private Map<String, String> headers(ServerRequest request) {
        Map<String, String> headers = headers(request.method(), request.name());
        if (modern) {
            headers.putAll(request.headers());
        }
        for (String key : MetaKey.TRACE_CONTEXT) {
            RawJson value = request.meta().get(key);
            if (value != null) {
                value.asString().filter(HTTP_TEXT.asMatchPredicate()).ifPresent(text -> headers.put(key, text));
            }
        }
        return headers;
    }

    private Map<String, String> headers(@Nullable String method, @Nullable String name) {
        Map<String, String> headers = new LinkedHashMap<>();
        if (!version.isEmpty()) {
            headers.put(HeaderValue.VERSION, version);
        }
        if (modern && method != null) {
            headers.put(HeaderValue.METHOD, method);
            if (name != null) {
                headers.put(HeaderValue.NAME, HeaderValue.encode(name));
            }
        }
        String open = session;
        if (open != null) {
            headers.put(HeaderValue.SESSION, open);
        }
        return headers;
    }

    /** Tells a server of the older era that its session is over; without effect otherwise. */
    @Override
    public void close() {
        if (session != null) {
            post.delete(headers(null, null), COURTESY);
        }
    }
}
