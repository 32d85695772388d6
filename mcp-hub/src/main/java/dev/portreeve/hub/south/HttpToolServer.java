package dev.portreeve.hub.south;

import dev.portreeve.hub.outbound.OutboundHttp;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.UpstreamFault;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A server behind HTTP: asked in the modern way first, in the older one if it does not understand, and over the
 * transport of 2024 if it takes no message where it is. A session the server forgot is opened again once; the verdict about the era is forgotten with every failure
 * to connect.
 */
public final class HttpToolServer implements ToolServer {
    /** With these a server that knows only the transport of 2024 answers a message that is posted to its stream. */
    private static final Set<Integer> OTHER_TRANSPORT = Set.of(400, 404, 405);

    private final String slug;
    private final SouthLimits limits;
    private final HttpPost post;
    private final ServerVoice voice;
    private final SseLink.Ground oldest;
    private final ToolOperations operations;
    private final ReentrantLock connecting = new ReentrantLock();
    private final Conversations conversations;
    private final boolean stateless;
    /** The gateway's own connection: the one for all, unless the server is of the older era and not stateless. */
    private volatile @Nullable ServerLink link;

    private final ServerEar ear;
    private final Watches watches;

    private volatile ServerProfile profile = ServerProfile.UNKNOWN;
    /** Whether the last session could be opened only over the transport of 2024. */
    private volatile boolean speaksOldest;

    /**
     * @param http shared by all servers; stays the caller's
     * @param stateless whether a server of the older era may be asked for all callers in one session
     * @param voice hears what the server says by itself
     */
    public HttpToolServer(
            String slug,
            HttpTarget target,
            OutboundHttp http,
            AlarmClock alarms,
            SouthLimits limits,
            boolean stateless,
            ServerVoice voice) {
        this.slug = slug;
        this.limits = limits;
        this.post = new HttpPost(slug, target, http, alarms, limits.maxMessageBytes());
        this.voice = voice;
        this.oldest = new SseLink.Ground(slug, post, alarms, limits.maxMessageBytes(), this::aside);
        this.operations = new ToolOperations(slug, limits);
        this.stateless = stateless;
        this.ear = new ServerEar(slug, this::listen);
        this.watches = new Watches(slug, this::attention);
        this.conversations = new Conversations(slug, limits.maxSessions(), limits.sessionIdle(), this::openSession);
    }

    @Override
    public List<RawJson> list(Listing listing, Deadline deadline) {
        ServerLink first = connected(deadline);
        try {
            return operations.list(first, listing, deadline);
        } catch (HttpPost.SessionGone gone) {
            forget(first);
            return operations.list(connected(deadline), listing, deadline);
        }
    }

    @Override
    public Answered ask(Party party, ServerRequest request, Meanwhile meanwhile, Deadline deadline) {
        ServerLink own = connected(deadline);
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

    private Answered askOver(
            ServerLink own, Party party, ServerRequest request, Meanwhile meanwhile, Deadline deadline) {
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

    @Override
    public Answered watch(Party party, Watcher watcher, Deadline deadline) {
        return watches.watch(hearing(party, watcher.topic()), watcher, deadline);
    }

    @Override
    public void unwatch(Party party, Watcher watcher) {
        watches.unwatch(hearing(party, watcher.topic()), watcher);
    }

    // Whose connection will tell it. Tasks of a server that keeps nothing of its callers are kept in the gateway's own.
    private Party hearing(Party party, Topic topic) {
        return switch (topic) {
            case RESOURCE -> stateless ? Party.ALL : party;
            case TASK -> stateless && !profile.isModern() ? Party.GATEWAY : party;
        };
    }

    private Attention attention(Topic topic, Party party, Watches.Hearing hearing, Deadline deadline) {
        return connected(deadline).isModern()
                ? new StreamAttention(
                        slug, topic, (request, heard, until) -> listen(party, request, heard, until), hearing)
                : SessionAttention.of(topic, conversations, party, hearing);
    }

    private JsonRpcMessage.Response listen(Party party, ServerRequest request, Meanwhile heard, Deadline deadline) {
        ServerLink own = connected(deadline);
        try {
            return own.request(request, party, heard, deadline);
        } catch (ToolServerFault fault) {
            if (fault.fault().kind() == UpstreamFault.Kind.UNREACHABLE) {
                forget(own);
            }
            throw fault;
        }
    }

    private Aside aside(Party party) {
        return new Aside(voice, watches, party);
    }

    @Override
    public void tell(String partyKey, String method) {
        conversations.tell(partyKey, method);
    }

    private ServerLink connected(Deadline deadline) {
        ServerLink current = link;
        if (current != null && !current.hasEnded()) {
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
            ServerLink connected = link;
            if (connected == null || connected.hasEnded()) {
                connected = greet(deadline);
                link = connected;
            }
            return connected;
        } finally {
            connecting.unlock();
        }
    }

    private ServerLink greet(Deadline deadline) {
        HttpLink modern = HttpLink.modern(slug, post, aside(Party.GATEWAY));
        ServerLink connected = isModern(modern, deadline) ? modern : openSession(Party.GATEWAY, deadline);
        profile = connected.profile();
        ear.open();
        return connected;
    }

    private boolean listen(Deadline deadline) {
        if (!(connected(deadline) instanceof HttpLink own)) {
            // Over the transport of 2024 everything comes on one stream, which is read already.
            return false;
        }
        try {
            return own.listen(() -> {}, deadline);
        } catch (HttpPost.SessionGone gone) {
            forget(own);
            throw gone;
        }
    }

    private ServerLink openSession(Party party, Deadline deadline) {
        if (speaksOldest) {
            return SseLink.open(oldest, party, deadline);
        }
        try {
            return initialized(party, deadline);
        } catch (ToolServerFault fault) {
            if (!OTHER_TRANSPORT.contains(fault.fault().status())) {
                throw fault;
            }
            ServerLink opened = opened(party, fault, deadline);
            speaksOldest = true;
            return opened;
        }
    }

    /** @param refusal what is said if the server does not speak the oldest transport either */
    private ServerLink opened(Party party, ToolServerFault refusal, Deadline deadline) {
        try {
            return SseLink.open(oldest, party, deadline);
        } catch (ToolServerFault fault) {
            throw fault.fault().kind() == UpstreamFault.Kind.REFUSED ? refusal : fault;
        }
    }

    private HttpLink initialized(Party party, Deadline deadline) {
        HttpLink opening = HttpLink.legacy(slug, post, aside(party));
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
                case UNREACHABLE, TIMEOUT, CREDENTIAL, TOO_LARGE, MEDIA, CANCELED, EXPIRED -> false;
            };
            if (speaksSomethingElse) {
                return false;
            }
            throw fault;
        }
    }

    private void forget(ServerLink failed) {
        connecting.lock();
        try {
            if (failed.equals(link)) {
                link = null;
                speaksOldest = false;
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
        watches.close();
        conversations.close();
        ServerLink current = link;
        link = null;
        if (current != null) {
            current.close();
        }
    }
}
