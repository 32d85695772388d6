package dev.portreeve.hub.credential;

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
    };
}
