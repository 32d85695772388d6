package dev.portreeve.hub.credential;

import java.time.Duration;
import java.util.Optional;

/**
 * Keeps tokens over restarts and for other replicas, sealed at rest. Thread-safe; may block. Losing what is kept costs a
 * request to the authorization server and nothing else, so failures are the implementation's to log and to live with.
 */
public interface TokenStore {
    /** The last token kept under a key; it may have expired. */
    Optional<Token> find(TokenKey key);

    void keep(TokenKey key, Token token);

    void forget(TokenKey key);

    /**
     * Asks to be the one who gets the next token while the last is still good: of all replicas one is told yes, until it
     * keeps a token or the time is over.
     */
    boolean claim(TokenKey key, Duration atMost);

    /** Keeps nothing. */
    TokenStore NONE = new TokenStore() {
        @Override
        public Optional<Token> find(TokenKey key) {
            return Optional.empty();
        }

        @Override
        public void keep(TokenKey key, Token token) {
            // Nothing is kept here.
        }

        @Override
        public void forget(TokenKey key) {
            // Nothing was kept here.
        }

        @Override
        public boolean claim(TokenKey key, Duration atMost) {
            return true;
        }
    };
}
