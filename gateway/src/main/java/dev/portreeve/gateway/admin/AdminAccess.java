package dev.portreeve.gateway.admin;

import dev.portreeve.policy.call.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who may use the admin listener: holders of the admin token, and browsers that came in by a one-time link. Links and
 * sessions live in memory and end with the process. Thread-safe.
 */
public final class AdminAccess {
    static final Duration SESSION_LIFE = Duration.ofHours(12);
    static final Duration LINK_LIFE = Duration.ofMinutes(15);
    private static final int MAX_LINKS = 16;
    private static final int MAX_SESSIONS = 64;
    private static final int RANDOM_BYTES = 32;

    private final Secret token;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Instant> links = bounded(MAX_LINKS);
    private final Map<String, Session> sessions = bounded(MAX_SESSIONS);

    /**
     * A browser that may look and decide.
     *
     * @param csrf what its forms must carry
     */
    record Session(String id, String csrf, Instant until) {
        /** When it was signed in. */
        Instant since() {
            return until.minus(SESSION_LIFE);
        }
    }

    /** @param token the admin token that the command line uses */
    public AdminAccess(Secret token, InstantSource clock) {
        this.token = token;
        this.clock = clock;
    }

    /** Makes a code that opens one session, once, soon. */
    public synchronized String newLinkCode() {
        String code = randomText();
        links.put(code, clock.instant().plus(LINK_LIFE));
        return code;
    }

    /** Uses a link up. */
    synchronized @Nullable Session redeem(String code) {
        Instant until = links.remove(code);
        if (until == null || !clock.instant().isBefore(until)) {
            return null;
        }
        Session session =
                new Session(randomText(), randomText(), clock.instant().plus(SESSION_LIFE));
        sessions.put(session.id(), session);
        return session;
    }

    synchronized @Nullable Session session(String id) {
        Session session = sessions.get(id);
        return session != null && clock.instant().isBefore(session.until()) ? session : null;
    }

    /** Whether somebody signed in within that time; 0 for ever. */
    boolean isFresh(Session session, Duration within) {
        return within.isZero() || !clock.instant().isAfter(session.since().plus(within));
    }

    synchronized void end(Session session) {
        sessions.remove(session.id());
    }

    boolean isToken(String given) {
        return same(given, token.reveal());
    }

    /** Compares without telling by its duration how much is right. */
    static boolean same(String given, String expected) {
        return MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), expected.getBytes(StandardCharsets.UTF_8));
    }

    private String randomText() {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Forgets the oldest above its size. */
    private static <V> Map<String, V> bounded(int size) {
        return new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
                return size() > size;
            }
        };
    }
}
