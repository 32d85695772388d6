package dev.portreeve.hub.south;

import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.ProtocolVersion;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Secret;
import dev.portreeve.policy.call.UpstreamFault;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A server behind Streamable HTTP, in either era: asked in the modern way first, and in the older one if it does not
 * understand. A session the server forgot is opened again once; the verdict about the era is forgotten with every failure
 * to connect.
 */
public final class HttpToolServer implements ToolServer {
    private final String slug;
    private final SouthLimits limits;
    private final HttpPost post;
    private final ToolOperations operations;
    private final ReentrantLock connecting = new ReentrantLock();
    private volatile @Nullable HttpLink link;

    /**
     * @param http shared by all servers, without redirects; stays the caller's
     * @param bearer sent with every request, if given
     * @param onToolsChanged called when the server says its tools changed; must not block
     */
    public HttpToolServer(
            String slug,
            URI url,
            @Nullable Secret bearer,
            HttpClient http,
            AlarmClock alarms,
            SouthLimits limits,
            Runnable onToolsChanged) {
        this.slug = slug;
        this.limits = limits;
        this.post = new HttpPost(slug, url, bearer, http, alarms, limits.maxMessageBytes(), onToolsChanged);
        this.operations = new ToolOperations(slug, limits.maxTools());
    }

    @Override
    public List<RawJson> list(Deadline deadline) {
        HttpLink first = connected(deadline);
        try {
            return operations.list(first, deadline);
        } catch (HttpPost.SessionGone gone) {
            forget(first);
            return operations.list(connected(deadline), deadline);
        }
    }

    @Override
    public ToolAnswer call(ToolRequest request, ProgressSink progress, Deadline deadline) {
        HttpLink first = connected(deadline);
        try {
            return operations.call(first, request, progress, deadline);
        } catch (HttpPost.SessionGone gone) {
            // Safe to repeat: a server that does not know the session has not looked at the call.
            forget(first);
            return operations.call(connected(deadline), request, progress, deadline);
        } catch (ToolServerFault fault) {
            if (fault.fault().status() != 0 || fault.fault().kind() == UpstreamFault.Kind.UNREACHABLE) {
                forget(first);
            }
            throw fault;
        }
    }

    @Override
    public String protocolVersion() {
        HttpLink current = link;
        return current == null ? "" : current.version();
    }

    private HttpLink connected(Deadline deadline) {
        HttpLink current = link;
        if (current != null) {
            return current;
        }
        try {
            if (!connecting.tryLock(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
                throw ToolServerFault.timeout(slug);
            }
        } catch (InterruptedException givenUp) {
            Thread.currentThread().interrupt();
            throw ToolServerFault.interrupted(slug);
        }
        try {
            HttpLink connected = link;
            if (connected == null) {
                connected = greet(deadline);
                link = connected;
            }
            return connected;
        } finally {
            connecting.unlock();
        }
    }

    private HttpLink greet(Deadline deadline) {
        HttpLink modern = HttpLink.modern(slug, post);
        if (isModern(modern, deadline)) {
            return modern;
        }
        HttpLink opening = HttpLink.legacy(slug, post);
        JsonRpcMessage.Response response = opening.request(Outgoing.initialize(), ProgressSink.NONE, deadline);
        opening.opened(Greeting.negotiated(slug, response));
        opening.notify("notifications/initialized", RawJson.EMPTY_OBJECT, deadline);
        return opening;
    }

    private boolean isModern(HttpLink modern, Deadline deadline) {
        Deadline probe = deadline.remaining().compareTo(limits.probeTimeout()) < 0
                ? deadline
                : Deadline.in(limits.probeTimeout());
        try {
            return Greeting.isModern(modern.request(Outgoing.discover(), ProgressSink.NONE, probe));
        } catch (ToolServerFault fault) {
            boolean speaksSomethingElse = switch (fault.fault().kind()) {
                case REFUSED, GARBAGE -> true;
                case CUT -> !Thread.currentThread().isInterrupted();
                case UNREACHABLE, TIMEOUT, CREDENTIAL, TOO_LARGE -> false;
            };
            if (speaksSomethingElse) {
                return false;
            }
            throw fault;
        }
    }

    private void forget(HttpLink failed) {
        connecting.lock();
        try {
            if (link == failed) {
                link = null;
            }
        } finally {
            connecting.unlock();
        }
    }

    @Override
    public void close() {
        HttpLink current = link;
        link = null;
        if (current != null) {
            current.close();
        }
    }

    /** The protocol era an open connection speaks; for tests and the status page. */
    boolean isModern() {
        return protocolVersion().equals(ProtocolVersion.MODERN);
    }
}
