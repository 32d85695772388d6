package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.HeaderValue;
import dev.portreeve.hub.wire.JsonRpc;
import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.ProtocolVersion;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.hub.wire.RequestId;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.UpstreamFault;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What is agreed with an HTTP server: nothing but the era for a modern one, a version and perhaps a session for an older
 * one. Giving up a request closes its answer, which is how the modern era cancels; the older era is also sent a
 * notification.
 */
final class HttpLink implements ServerLink {
    private static final Duration COURTESY = Duration.ofSeconds(2);
    private final String slug;
    private final HttpPost post;
    private final boolean modern;
    private final AtomicLong lastId = new AtomicLong();
    private volatile @Nullable String session;
    private volatile String version;

    private HttpLink(String slug, HttpPost post, boolean modern) {
        this.slug = slug;
        this.post = post;
        this.modern = modern;
        this.version = modern ? ProtocolVersion.MODERN : "";
    }

    static HttpLink modern(String slug, HttpPost post) {
        return new HttpLink(slug, post, true);
    }

    /** A connection of the older era; its first request must be {@code initialize}. */
    static HttpLink legacy(String slug, HttpPost post) {
        return new HttpLink(slug, post, false);
    }

    /** Keeps the version the server chose; from now on it is sent with everything. */
    void opened(String negotiated) {
        version = negotiated;
    }

    String version() {
        return version;
    }

    @Override
    public JsonRpcMessage.Response request(Outgoing outgoing, ProgressSink progress, Deadline deadline) {
        long id = lastId.incrementAndGet();
        byte[] message = JsonRpc.request(RequestId.of(id), outgoing.method(), outgoing.params(modern, id));
        try {
            HttpPost.Answer answer = post.request(
                    message, id, headers(outgoing.method(), outgoing.name()), this::answerQuestion, progress, deadline);
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

    private void answerQuestion(JsonRpcMessage.Request question) {
        byte[] answer = ServerQuestions.answer(question);
        Thread.ofVirtual()
                .name("hub-" + slug + "-answer")
                .start(() -> post.send(answer, headers(null, null), Deadline.in(COURTESY)));
    }

    void notify(String method, RawJson params, Deadline deadline) {
        post.send(JsonRpc.notification(method, params), headers(method, null), deadline);
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
    void close() {
        if (session != null) {
            post.delete(headers(null, null), COURTESY);
        }
    }
}
