package dev.portreeve.hub.credential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.call.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What every store of tokens must do. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class TokenStoreContract {
    static final Instant START = Instant.parse("2026-11-21T08:00:00.123Z");
    volatile Instant now = START;
    private final AtomicInteger keys = new AtomicInteger();

    abstract TokenStore store();

    TokenKey key() {
        return new TokenKey("wiki-" + keys.incrementAndGet(), "https://wiki.example/mcp", "gate", "");
    }

    static Token token(String value) {
        return new Token(new Secret(value), "https://as.example", "read write", START, START.plusSeconds(3600));
    }

    @Test
    void aTokenComesBackWhole() {
        TokenKey key = key();
        assertEquals(Optional.empty(), store().find(key));
        store().keep(key, token("abc.def-ghi"));
        Token found = store().find(key).orElseThrow();
        assertEquals("abc.def-ghi", found.value().reveal());
        assertEquals("https://as.example", found.issuer());
        assertEquals("read write", found.scopes());
        assertEquals(START, found.issuedAt());
        assertEquals(START.plusSeconds(3600), found.expiresAt());
        store().keep(key, token("next"));
        assertEquals("next", store().find(key).orElseThrow().value().reveal());
        store().forget(key);
        assertEquals(Optional.empty(), store().find(key));
    }

    @Test
    void everyPartOfTheKeyCounts() {
        TokenKey key = key();
        store().keep(key, token("mine"));
        assertEquals(Optional.empty(), store().find(new TokenKey("other", key.url(), key.clientId(), "")));
        assertEquals(Optional.empty(), store().find(new TokenKey(key.server(), "https://else/", key.clientId(), "")));
        assertEquals(Optional.empty(), store().find(new TokenKey(key.server(), key.url(), "other", "")));
        assertEquals(Optional.empty(), store().find(new TokenKey(key.server(), key.url(), key.clientId(), "alice")));
    }

    @Test
    void anExpiredTokenIsNotFound() {
        TokenKey key = key();
        store().keep(key, token("short"));
        now = START.plusSeconds(3601);
        assertEquals(Optional.empty(), store().find(key));
        now = START;
    }

    @Test
    void oneIsToldToGetTheNext() {
        TokenKey key = key();
        store().keep(key, token("old"));
        assertTrue(store().claim(key, Duration.ofSeconds(20)));
        assertFalse(store().claim(key, Duration.ofSeconds(20)));
        assertTrue(store().claim(key(), Duration.ofSeconds(20)), "another key is another's affair");
        assertEquals("old", store().find(key).orElseThrow().value().reveal(), "meanwhile it is used");
        now = START.plusSeconds(21);
        assertTrue(store().claim(key, Duration.ofSeconds(20)), "who does not come back loses it");
        store().keep(key, token("new"));
        assertTrue(store().claim(key, Duration.ofSeconds(20)), "it is done");
        now = START;
    }
}
