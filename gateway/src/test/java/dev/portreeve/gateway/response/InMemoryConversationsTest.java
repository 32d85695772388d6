package dev.portreeve.gateway.response;

class InMemoryConversationsTest extends ConversationsContract {
    private final InMemoryConversations store = new InMemoryConversations(MAX_BYTES);

    @Override
    Conversations store() {
        return store;
    }
}
