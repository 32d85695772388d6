package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.UpstreamFault;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * A server behind a circuit breaker: while it is down, requests are told so at once, with since when and until when,
 * instead of each waiting for its own time-out.
 */
public final class BreakerToolServer implements ToolServer {
    private static final int THRESHOLD = 5;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(2);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    private static final int BAD_GATEWAY = 502;
    private static final int GATEWAY_TIMEOUT = 504;

    private final String slug;
    private final ToolServer server;
    private final Breaker breaker;

    public BreakerToolServer(String slug, ToolServer server, InstantSource clock) {
        this(slug, server, new Breaker(THRESHOLD, FIRST_PAUSE, LONGEST_PAUSE, clock));
    }

    BreakerToolServer(String slug, ToolServer server, Breaker breaker) {
        this.slug = slug;
        this.server = server;
        this.breaker = breaker;
    }

    @Override
    public List<RawJson> list(Listing listing, Deadline deadline) {
        return through(() -> server.list(listing, deadline));
    }

    @Override
    public Answered ask(Party party, ServerRequest request, Meanwhile meanwhile, Deadline deadline) {
        return through(() -> server.ask(party, request, meanwhile, deadline));
    }

    @Override
    public Answered watch(Party party, Watcher watcher, Deadline deadline) {
        return through(() -> server.watch(party, watcher, deadline));
    }

    @Override
    public void unwatch(Party party, Watcher watcher) {
        server.unwatch(party, watcher);
    }

    @Override
    public void tell(String partyKey, String method) {
        server.tell(partyKey, method);
    }

    private <T> T through(Supplier<T> request) {
        if (!breaker.admits()) {
            throw turnedAway();
        }
        boolean told = false;
        try {
            T answer = request.get();
            told = true;
            breaker.succeeded();
            return answer;
        } catch (ToolServerFault fault) {
            told = true;
            tell(fault.fault());
            throw fault;
        } finally {
            if (!told) {
                // The caller's side failed; what the server is like remains unknown.
                breaker.abandoned();
            }
        }
    }

    private void tell(UpstreamFault fault) {
        if (Thread.currentThread().isInterrupted()) {
            breaker.abandoned();
        } else if (isSilence(fault)) {
            breaker.failed();
        } else {
            breaker.succeeded();
        }
    }

    /** Whether there was no answer of the server's own: a refusal, or nonsense, shows that somebody is there. */
    private static boolean isSilence(UpstreamFault fault) {
        return switch (fault.kind()) {
            case UNREACHABLE, TIMEOUT, CUT -> true;
            case REFUSED -> fault.status() >= BAD_GATEWAY && fault.status() <= GATEWAY_TIMEOUT;
            case CREDENTIAL, GARBAGE, TOO_LARGE, MEDIA, CANCELED, EXPIRED -> false;
        };
    }

    private ToolServerFault turnedAway() {
        Breaker.State state = breaker.state();
        StringBuilder detail = new StringBuilder("tool server \"" + slug + "\" does not answer");
        if (state.since() != null) {
            detail.append(" since ").append(shown(state.since()));
        }
        if (state.until() != null) {
            detail.append(" and is not asked again before ").append(shown(state.until()));
        } else {
            detail.append("; whether it is back is being tried now");
        }
        return ToolServerFault.of(UpstreamFault.Kind.UNREACHABLE, detail.toString(), false);
    }

    private static Instant shown(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS);
    }

    @Override
    public ServerCondition condition() {
        Breaker.State state = breaker.state();
        ServerCondition own = server.condition();
        return new ServerCondition(
                state.position().name().toLowerCase(Locale.ROOT),
                state.failures(),
                state.since(),
                state.until(),
                own.processes(),
                own.errorLines());
    }

    @Override
    public ServerProfile profile() {
        return server.profile();
    }

    @Override
    public boolean isAsleep() {
        return server.isAsleep();
    }

    @Override
    public void rest(boolean callFollows) {
        server.rest(callFollows);
    }

    @Override
    public void leave(String partyKey) {
        server.leave(partyKey);
    }

    @Override
    public void endUnused() {
        server.endUnused();
    }

    @Override
    public void close() {
        server.close();
    }
}
