package dev.portreeve.hub.catalog;

class InMemoryLastSeenTest extends LastSeenContract {
    private final InMemoryLastSeen store = new InMemoryLastSeen();

    @Override
    LastSeenStore store() {
        return store;
    }
}
