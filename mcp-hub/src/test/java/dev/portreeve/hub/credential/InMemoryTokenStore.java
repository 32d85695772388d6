package dev.portreeve.hub.credential;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Tokens in memory, for tests. Thread-safe. */
final class InMemoryTokenStore implements TokenStore {
    private final Map<TokenKey, Token> tokens = new HashMap<>();
    private final Map<TokenKey, Instant> claims = new HashMap<>();
    private final InstantSource clock;

    InMemoryTokenStore(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public synchronized Optional<Token> find(TokenKey key) {
        return Optional.ofNullable(tokens.get(key))
                .filter(token -> clock.instant().isBefore(token.expiresAt()));
    }

    @Override
    public synchronized void keep(TokenKey key, Token token) {
        tokens.put(key, token);
        claims.remove(key);
    }

    @Override
    public synchronized void forget(TokenKey key) {
        tokens.remove(key);
    }

    @Override
    public synchronized boolean claim(TokenKey key, Duration atMost) {
        Instant until = claims.get(key);
        if (until != null && clock.instant().isBefore(until)) {
            return false;
        }
        claims.put(key, clock.instant().plus(atMost));
        return true;
    }
}
