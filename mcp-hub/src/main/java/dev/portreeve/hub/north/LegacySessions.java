package dev.portreeve.hub.north;

import dev.portreeve.hub.catalog.View;
import dev.portreeve.policy.call.Subject;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The open sessions of the older era. An id is 32 random bytes and works only together with the credential that opened the
 * session: possession alone opens nothing. Thread-safe.
 */
final class LegacySessions {
    private static final int ID_BYTES = 32;
    private final NorthLimits limits;
    private final InstantSource clock;
    private final LogSpace space;
    private final Consumer<String> onEnd;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, LegacySession> byId = new HashMap<>();
    private final Map<Subject, List<LegacySession>> byOwner = new HashMap<>();

    /** @param onEnd told the id of every session that is over; must not block */
    LegacySessions(NorthLimits limits, LogSpace space, InstantSource clock, Consumer<String> onEnd) {
        this.limits = limits;
        this.onEnd = onEnd;
        this.clock = clock;
        this.space = space;
    }

    /** Opens a session; empty if there are too many already. */
    synchronized Optional<LegacySession> open(Subject owner, View view, String version, ListWatch watch) {
        List<LegacySession> own = byOwner.computeIfAbsent(owner, unused -> new ArrayList<>());
        if (own.size() >= limits.sessionsPerPrincipal()) {
            // Most clients never end a session; ending their oldest costs them one handshake.
            own.stream().min(Comparator.comparing(LegacySession::lastUsed)).ifPresent(this::remove);
        }
        if (byId.size() >= limits.sessions()) {
            expire();
            if (byId.size() >= limits.sessions()) {
                return Optional.empty();
            }
        }
        LegacySession opened = new LegacySession(
                newId(),
                owner,
                view,
                version,
                new SessionStreams(limits.streams(), space),
                watch,
                limits.callsPerSession(),
                clock.instant());
        byId.put(opened.id(), opened);
        byOwner.computeIfAbsent(owner, unused -> new ArrayList<>()).add(opened);
        return Optional.of(opened);
    }

    /** The session of this id, if it is this caller's, of this view, and alive; another's looks like none. */
    synchronized Optional<LegacySession> find(Subject caller, View view, String id) {
        LegacySession session = byId.get(id);
        if (session == null
                || !session.owner().equals(caller)
                || !session.view().equals(view)) {
            return Optional.empty();
        }
        Instant now = clock.instant();
        if (isExpired(session, now)) {
            remove(session);
            return Optional.empty();
        }
        session.used(now);
        return Optional.of(session);
    }

    /** The session of this id, for whoever speaks on its owner's behalf; that is no use of it. */
    synchronized Optional<LegacySession> alive(String id) {
        return Optional.ofNullable(byId.get(id)).filter(session -> !isExpired(session, clock.instant()));
    }

    synchronized void end(LegacySession session) {
        remove(session);
    }

    /** Ends what was not used for too long. Called now and then, so that forgotten sessions do not stay. */
    synchronized void expire() {
        Instant now = clock.instant();
        byId.values().stream()
                .filter(session -> isExpired(session, now))
                .toList()
                .forEach(this::remove);
    }

    synchronized void endAll() {
        List.copyOf(byId.values()).forEach(this::remove);
    }

    private boolean isExpired(LegacySession session, Instant now) {
        return session.lastUsed().isBefore(now.minus(limits.sessionIdle()));
    }

    private void remove(LegacySession session) {
        byId.remove(session.id());
        List<LegacySession> own = byOwner.get(session.owner());
        if (own != null) {
            own.remove(session);
            if (own.isEmpty()) {
                byOwner.remove(session.owner());
            }
        }
        session.end();
        onEnd.accept(session.id());
    }

    private String newId() {
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
