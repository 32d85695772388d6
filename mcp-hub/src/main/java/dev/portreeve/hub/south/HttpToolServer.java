package dev.portreeve.hub.south;

import dev.portreeve.hub.outbound.OutboundHttp;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.UpstreamFault;
import java.util.List;
import java.util.Optional;
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
    private final Conversations conversations;
    private final boolean stateless;
    /** The gateway's own connection: the one for all, unless the server is of the older era and not stateless. */
    private volatile @Nullable HttpLink link;

    private final ServerEar ear;

    private volatile ServerProfile profile = ServerProfile.UNKNOWN;

    /**
     * @param http shared by all servers; stays the caller's
     * @param stateless whether a server of the older era may be asked for all callers in one session
     * @param onToolsChanged called when the server says its tools changed; must not block
     */
    public HttpToolServer(
            String slug,
            HttpTarget target,
            OutboundHttp http,
            AlarmClock alarms,
            SouthLimits limits,
            boolean stateless,
            Runnable onToolsChanged) {
        this.slug = slug;
        this.limits = limits;
        this.post = new HttpPost(slug, target, http, alarms, limits.maxMessageBytes(), onToolsChanged);
        this.operations = new ToolOperations(slug, limits.maxTools());
        this.stateless = stateless;
        this.ear = new ServerEar(slug, this::listen);
        this.conversations = new Conversations(slug, limits.maxSessions(), limits.sessionIdle(), this::openSession);
    }

    @Override
    public List<RawJson> list(Listing listing, Deadline deadline) {
        HttpLink first = connected(deadline);
        try {
            return operations.list(first, listing, deadline);
        } catch (HttpPost.SessionGone gone) {
            forget(first);
            return operations.list(connected(deadline), listing, deadline);
        }
    }

    @Override
    public Answered ask(Party party, ServerRequest request, Meanwhile meanwhile, Deadline deadline) {
        HttpLink own = connected(deadline);
        if (own.isModern()) {
            return askOver(own, party, request, meanwhile, deadline);
        }
        if (stateless || party.equals(Party.GATEWAY)) {
            return askOver(own, Party.GATEWAY, request, Meanwhile.withoutQuestions(meanwhile), deadline);
        }
        return inSession(party, request, meanwhile, deadline);
    }

    private Answered inSession(Party party, ServerRequest request, Meanwhile meanwhile, Deadline deadline) {
        try (Conversations.Lease lease = conversations.lease(party, deadline)) {
            try {
                return operations.ask(lease.link(), party, request, meanwhile, deadline);
            } catch (HttpPost.SessionGone gone) {
                lease.lost();
            }
        }
        try (Conversations.Lease again = conversations.lease(party, deadline)) {
            return operations.ask(again.link(), party, request, meanwhile, deadline);
        }
    }

    private Answered askOver(HttpLink own, Party party, ServerRequest request, Meanwhile meanwhile, Deadline deadline) {
        try {
            return operations.ask(own, party, request, meanwhile, deadline);
        } catch (HttpPost.SessionGone gone) {
            // Safe to repeat: a server that does not know the session has not looked at the request.
            forget(own);
            return operations.ask(connected(deadline), party, request, meanwhile, deadline);
        } catch (ToolServerFault fault) {
            if (fault.fault().status() != 0 || fault.fault().kind() == UpstreamFault.Kind.UNREACHABLE) {
                forget(own);
            }
            throw fault;
        }
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
        HttpLink connected = isModern(modern, deadline) ? modern : openSession(Party.GATEWAY, deadline);
        profile = connected.profile();
        ear.open();
        return connected;
    }

    private boolean listen(Deadline deadline) {
        HttpLink own = connected(deadline);
        try {
            return own.listen(deadline);
        } catch (HttpPost.SessionGone gone) {
            forget(own);
            throw gone;
        }
    }

    private HttpLink openSession(Party party, Deadline deadline) {
        HttpLink opening = HttpLink.legacy(slug, post);
        JsonRpcMessage.Response response =
                opening.request(ServerRequest.initialize(party), party, Meanwhile.NOTHING, deadline);
        opening.opened(Greeting.negotiated(slug, response));
        opening.notify("notifications/initialized", RawJson.EMPTY_OBJECT, deadline);
        return opening;
    }

    private boolean isModern(HttpLink modern, Deadline deadline) {
        Deadline probe = deadline.remaining().compareTo(limits.probeTimeout()) < 0
                ? deadline
                : Deadline.in(limits.probeTimeout());
        try {
            Optional<ServerProfile> discovered = Greeting.discovered(
                    modern.request(ServerRequest.discover(), Party.GATEWAY, Meanwhile.NOTHING, probe));
            discovered.ifPresent(modern::opened);
            return discovered.isPresent();
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
    public ServerProfile profile() {
        return profile;
    }

    @Override
    public void leave(String partyKey) {
        conversations.leave(partyKey);
    }

    @Override
    public void endUnused() {
        conversations.endUnused();
    }

    @Override
    public void close() {
        ear.close();
        conversations.close();
        HttpLink current = link;
        link = null;
        if (current != null) {
            current.close();
        }
    }
}
