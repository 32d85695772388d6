package dev.portreeve.gateway.response;

import dev.portreeve.gateway.response.Conversation.Status;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** Kept responses in memory. */
public final class InMemoryConversations implements Conversations {
    private final int maxBytes;
    private final Map<String, Conversation> kept = new ConcurrentHashMap<>();
    private final Map<String, UUID> makers = new ConcurrentHashMap<>();

    public InMemoryConversations(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    private static String key(String tenant, String id) {
        return tenant + " " + id;
    }

    /** How many there are. */
    public int size() {
        return kept.size();
    }

    @Override
    public boolean keep(Conversation conversation) {
        if (conversation.input().length > maxBytes || conversation.response().length > maxBytes) {
            return false;
        }
        kept.put(key(conversation.tenant(), conversation.id()), conversation);
        return true;
    }

    @Override
    public boolean begin(Conversation conversation, UUID maker) {
        makers.put(conversation.id(), maker);
        return keep(conversation);
    }

    @Override
    public boolean end(Conversation ended) {
        return replace(ended.tenant(), ended.member(), ended.id(), ended);
    }

    private boolean replace(String tenant, String member, String id, Conversation by) {
        Optional<Conversation> before = find(tenant, member, id).filter(found -> found.status() == Status.IN_PROGRESS);
        return by.response().length <= maxBytes
                && before.isPresent()
                && kept.replace(key(tenant, id), before.get(), by);
    }

    @Override
    public Optional<Conversation> find(String tenant, String member, String id) {
        return Optional.ofNullable(kept.get(key(tenant, id)))
                .filter(found -> found.member().equals(member));
    }

    @Override
    public boolean cancel(String tenant, String member, String id) {
        return find(tenant, member, id)
                .map(found -> replace(tenant, member, id, found.ended(Status.CANCELLED, found.response())))
                .orElse(false);
    }

    @Override
    public void forget(String tenant, String member, String id) {
        find(tenant, member, id).ifPresent(found -> kept.remove(key(tenant, id)));
    }

    @Override
    public Set<String> stillMaking(UUID maker, Set<String> ids) {
        Set<String> gone = new HashSet<>(ids);
        kept.values().stream()
                .filter(each -> each.status() == Status.IN_PROGRESS && maker.equals(makers.get(each.id())))
                .forEach(each -> gone.remove(each.id()));
        return gone;
    }
}
