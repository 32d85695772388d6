package dev.portreeve.hub.credential;

class InMemoryTokenStoreTest extends TokenStoreContract {
    private final InMemoryTokenStore store = new InMemoryTokenStore(() -> now);

    @Override
    TokenStore store() {
        return store;
    }
}
