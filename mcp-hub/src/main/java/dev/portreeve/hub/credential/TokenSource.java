package dev.portreeve.hub.credential;

import dev.portreeve.hub.outbound.OutboundHttp;
import dev.portreeve.hub.outbound.Reach;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Secret;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A token that many calls share: asked for when the first call needs it, and again shortly before it expires, by one of the
 * calls while the others go on with the one there is. After a failure the authorization server is left alone for a while.
 * Thread-safe; blocks until the call's deadline at most.
 */
public final class TokenSource {
    private static final Duration PAUSE = Duration.ofSeconds(10);
    private static final Duration ONE_FETCH = Duration.ofSeconds(20);
    /** The call that renews a token which is still good must not wait long for a favour to the others. */
    private static final Duration ONE_RENEWAL = Duration.ofSeconds(3);
    /** A token that is refused so young was not refused for its age, and the next one would fare no better. */
    private static final Duration YOUNG = Duration.ofSeconds(5);

    private final Grant grant;
    private final InstantSource clock;
    private final ReentrantLock fetching = new ReentrantLock();
    private final AtomicReference<@Nullable Token> token = new AtomicReference<>();
    // Guarded by the lock.
    private @Nullable CredentialUnavailable failure;
    private Instant failedAt = Instant.EPOCH;

    /** One request for a token. */
    @FunctionalInterface
    interface Grant {
        Token request(Deadline deadline) throws CredentialUnavailable;
    }

    TokenSource(Grant grant, InstantSource clock) {
        this.grant = grant;
        this.clock = clock;
    }

    /**
     * Tokens of a client that acts for itself (RFC 6749, section 4.4).
     *
     * @param client with a token endpoint and scopes
     */
    public static TokenSource clientCredentials(OAuthClientConfig client, OutboundHttp http, InstantSource clock) {
        URI address = client.tokenEndpoint();
        if (address == null) {
            throw new IllegalArgumentException("no token endpoint");
        }
        Scopes scopes = Scopes.of(client.scopes());
        TokenEndpoint endpoint = new TokenEndpoint(http, Reach.of(address, false), client, clock);
        AuthorizationServer server = new AuthorizationServer(address.toString(), address, List.of(), null, scopes);
        return new TokenSource(deadline -> endpoint.request(server, scopes, deadline), clock);
    }

    /** Tokens of a service account that asserts who it is (RFC 7523, section 2.1). */
    public static TokenSource serviceAccount(
            ServiceAccount account, String scope, OutboundHttp http, InstantSource clock) {
        URI address = account.tokenEndpoint();
        SigningKey key = SigningKey.read(account.privateKey().reveal(), account.keyId());
        TokenForm tokens = new TokenForm(http, Reach.of(address, false), clock);
        return new TokenSource(
                deadline -> {
                    Map<String, String> form = new LinkedHashMap<>();
                    form.put("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer");
                    form.put("assertion", key.grant(account.email(), address.toString(), scope, clock.instant()));
                    return tokens.post(address, form, Map.of(), address.toString(), Scopes.parse(scope), deadline);
                },
                clock);
    }

    /**
     * Access keys that AWS lends to a container: id, secret and session token as three lines of one secret.
     *
     * @param authorization what the service beside the container wants to be shown, or {@code null}
     * @param authorizationFile where that stands instead, or {@code null}
     */
    public static TokenSource awsContainer(
            URI address,
            @Nullable Secret authorization,
            @Nullable Path authorizationFile,
            OutboundHttp http,
            InstantSource clock) {
        LentAwsKeys keys = new LentAwsKeys(http, clock);
        return new TokenSource(
                deadline -> keys.ofContainer(address, authorization, authorizationFile, deadline), clock);
    }

    /**
     * Access keys that AWS lends to an instance, in the same form.
     *
     * @param service the instance's metadata service
     */
    public static TokenSource awsInstance(URI service, OutboundHttp http, InstantSource clock) {
        LentAwsKeys keys = new LentAwsKeys(http, clock);
        return new TokenSource(deadline -> keys.ofInstance(service, deadline), clock);
    }

    /** Access keys of a role, in the same form: lent by AWS's token service to whoever may take that role. */
    public static TokenSource awsRole(RoleRequest request, OutboundHttp http, InstantSource clock) {
        LentAwsKeys keys = new LentAwsKeys(http, clock);
        return new TokenSource(deadline -> keys.ofRole(request.signed(deadline), deadline), clock);
    }

    /**
     * A token that is good now.
     *
     * @throws CredentialUnavailable if there is none by the deadline
     */
    public Secret current(Deadline deadline) throws CredentialUnavailable {
        Token held = token.get();
        Instant now = clock.instant();
        if (held != null && !held.isOld(now)) {
            return held.value();
        }
        if (held != null && held.isUsable(now)) {
            if (!fetching.tryLock()) {
                return held.value();
            }
        } else {
            lock(deadline);
        }
        try {
            return next(deadline).value();
        } finally {
            fetching.unlock();
        }
    }

    /** Under the lock: what another call got meanwhile, or a new one, or the old one as long as it is good. */
    private Token next(Deadline deadline) throws CredentialUnavailable {
        Token held = token.get();
        Instant now = clock.instant();
        if (held != null && !held.isOld(now)) {
            return held;
        }
        boolean good = held != null && held.isUsable(now);
        try {
            return fetch(good ? ONE_RENEWAL : ONE_FETCH, deadline);
        } catch (CredentialUnavailable failed) {
            if (held != null && good) {
                return held;
            }
            throw failed;
        }
    }

    private Token fetch(Duration atMost, Deadline deadline) throws CredentialUnavailable {
        CredentialUnavailable last = failure;
        if (last != null && clock.instant().isBefore(failedAt.plus(PAUSE))) {
            throw last;
        }
        // One caller's short deadline is not everybody's failure.
        Deadline patience = deadline.remaining().compareTo(atMost) < 0 ? deadline : Deadline.in(atMost);
        try {
            Token fresh = grant.request(patience);
            failure = null;
            token.set(fresh);
            return fresh;
        } catch (CredentialUnavailable failed) {
            if (!deadline.isPast() && !Thread.currentThread().isInterrupted()) {
                failure = failed;
                failedAt = clock.instant();
            }
            throw failed;
        }
    }

    /**
     * A server refused a token. It is forgotten, unless that is no use.
     *
     * @return whether the same request is worth repeating, with what {@link #current} gives then
     */
    public boolean refused(Secret value) {
        Token held = token.get();
        if (held == null || !held.value().equals(value)) {
            // Another call was refused first.
            return true;
        }
        if (clock.instant().isBefore(held.issuedAt().plus(YOUNG))) {
            return false;
        }
        token.compareAndSet(held, null);
        return true;
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
