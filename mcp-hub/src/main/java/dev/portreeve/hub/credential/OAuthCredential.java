package dev.portreeve.hub.credential;

import dev.portreeve.hub.outbound.OutboundHttp;
import dev.portreeve.hub.outbound.Reach;
import dev.portreeve.policy.call.Deadline;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A token the gateway gets for itself. Asked for when the server first refuses, kept until shortly before it expires, and
 * then replaced by one request, however many calls are under way. A refusal is answered by one new token and one repeat;
 * a demand for more scopes by a token with the union of both, a few times at most. After a failure the authorization
 * server is left alone for a while.
 */
public final class OAuthCredential implements Credential {
    private static final String AUTHORIZATION = "Authorization";
    private static final int UNAUTHORIZED = 401;
    private static final Duration PAUSE = Duration.ofSeconds(10);
    private static final Duration ONE_FETCH = Duration.ofSeconds(20);
    /** How often it is looked whether another replica has the next token, while this one is still good. */
    private static final Duration LOOK_EVERY = Duration.ofSeconds(2);

    private final OAuthClientConfig client;
    private final TokenKey key;
    private final TokenStore store;
    private final Discovery discovery;
    private final TokenEndpoint endpoint;
    private final InstantSource clock;
    private final ReentrantLock fetching = new ReentrantLock();
    private volatile @Nullable Token token;
    // Guarded by the lock.
    private @Nullable AuthorizationServer server;
    private boolean looked;
    private Scopes scopes;
    private @Nullable CredentialUnavailable failure;
    private Instant failedAt = Instant.EPOCH;
    private Instant lookedAt = Instant.EPOCH;

    /**
     * @param url of the MCP server
     * @param reach how far the gateway goes for it, and for the addresses its metadata names
     */
    public OAuthCredential(
            OAuthClientConfig client,
            TokenKey key,
            URI url,
            Reach reach,
            OutboundHttp http,
            TokenStore store,
            InstantSource clock) {
        this.client = client;
        this.key = key;
        this.store = store;
        this.discovery = new Discovery(http, url, reach);
        this.endpoint = new TokenEndpoint(http, reach, client, clock);
        this.clock = clock;
        this.scopes = Scopes.of(client.scopes());
    }

    @Override
    public Map<String, String> headers(Deadline deadline) throws CredentialUnavailable {
        Token current = token;
        if (current != null && !current.isOld(clock.instant())) {
            return header(current);
        }
        boolean canWait = false;
        if (current != null && current.isUsable(clock.instant())) {
            canWait = true;
            if (!fetching.tryLock()) {
                return header(current);
            }
        } else {
            lock(deadline);
        }
        try {
            return current(canWait, deadline);
        } finally {
            fetching.unlock();
        }
    }

    /** Under the lock; without a token at all until the server has refused once, since only then it is known what for. */
    private Map<String, String> current(boolean canWait, Deadline deadline) throws CredentialUnavailable {
        if (!looked) {
            looked = true;
            token = store.find(key)
                    .filter(kept -> kept.isUsable(clock.instant()))
                    .orElse(null);
        }
        Token current = token;
        if (current == null) {
            return server == null ? Map.of() : header(fetch(Challenge.NONE, deadline));
        }
        return header(current.isOld(clock.instant()) ? next(current, canWait, deadline) : current);
    }

    /** What another replica got, or a new one; while the current one is good, only one of the replicas asks for that. */
    private Token next(Token current, boolean canWait, Deadline deadline) throws CredentialUnavailable {
        Instant now = clock.instant();
        if (canWait && now.isBefore(lookedAt.plus(LOOK_EVERY))) {
            return current;
        }
        lookedAt = now;
        Token kept = store.find(key).filter(found -> !found.isOld(now)).orElse(null);
        if (kept != null) {
            token = kept;
            return kept;
        }
        if (canWait && !store.claim(key, ONE_FETCH)) {
            return current;
        }
        try {
            return fetch(Challenge.NONE, deadline);
        } catch (CredentialUnavailable failed) {
            if (canWait) {
                return current;
            }
            throw failed;
        }
    }

    private static Map<String, String> header(Token token) {
        return Map.of(AUTHORIZATION, "Bearer " + token.value().reveal());
    }

    @Override
    public boolean renew(Refusal refusal, Deadline deadline) throws CredentialUnavailable {
        Challenge challenge = Challenge.read(refusal.challenges());
        boolean unauthorized = refusal.status() == UNAUTHORIZED;
        if (unauthorized ? refusal.renewals() > 0 : !challenge.wantsMoreScope()) {
            return false;
        }
        lock(deadline);
        try {
            Token current = token;
            boolean another = current != null && !header(current).equals(refusal.sent());
            if (another) {
                // Somebody else was refused first and has a new one already.
                return true;
            }
            if (!unauthorized && scopes.and(challenge.scopes()).equals(scopes)) {
                return false;
            }
            Token kept = unauthorized ? store.find(key).orElse(null) : null;
            if (kept != null
                    && kept.isUsable(clock.instant())
                    && !header(kept).equals(refusal.sent())
                    && scopes.and(challenge.scopes()).equals(scopes)) {
                // Another replica was refused first.
                token = kept;
                return true;
            }
            scopes = scopes.and(challenge.scopes());
            token = null;
            store.forget(key);
            fetch(challenge, deadline);
            return true;
        } finally {
            fetching.unlock();
        }
    }

    private Token fetch(Challenge challenge, Deadline deadline) throws CredentialUnavailable {
        CredentialUnavailable last = failure;
        if (last != null && clock.instant().isBefore(failedAt.plus(PAUSE))) {
            throw last;
        }
        // One caller's short deadline is not everybody's failure.
        Deadline patience = deadline.remaining().compareTo(ONE_FETCH) < 0 ? deadline : Deadline.in(ONE_FETCH);
        try {
            AuthorizationServer found = server;
            if (found == null || challenge.resourceMetadata() != null) {
                found = discovery.find(client, challenge, patience);
                server = found;
            }
            Scopes wanted = scopes.isEmpty() ? found.scopes() : scopes;
            Token fresh = endpoint.request(found, wanted, patience);
            scopes = wanted;
            failure = null;
            token = fresh;
            store.keep(key, fresh);
            return fresh;
        } catch (CredentialUnavailable failed) {
            // The metadata may have moved.
            server = null;
            if (!patience.isPast() && !Thread.currentThread().isInterrupted()) {
                failure = failed;
                failedAt = clock.instant();
            }
            throw failed;
        }
    }

    private void lock(Deadline deadline) throws CredentialUnavailable {
        try {
            if (fetching.tryLock(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
                return;
            }
        } catch (InterruptedException givenUp) {
            Thread.currentThread().interrupt();
        }
        throw new CredentialUnavailable("no token came in time");
    }
}
