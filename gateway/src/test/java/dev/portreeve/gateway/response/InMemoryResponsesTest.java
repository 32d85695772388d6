package dev.portreeve.gateway.response;

class InMemoryResponsesTest extends StoredResponsesContract {
    private final InMemoryResponses store = new InMemoryResponses();

    @Override
    StoredResponses store() {
        return store;
    }
}
