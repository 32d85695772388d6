package dev.portreeve.gateway.response;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Whose responses are kept, in memory; can be out of order. */
public final class InMemoryResponses implements StoredResponses {
    private final Map<String, StoredResponse> kept = new ConcurrentHashMap<>();
    private volatile boolean broken;

    /** From now on nothing is stored or found. */
    public void breakDown() {
        broken = true;
    }

    private void requireOrder() {
        if (broken) {
            throw new Unavailable(new IllegalStateException("the test wanted this"));
        }
    }

    private static String key(String tenant, String id) {
        return tenant + " " + id;
    }

    @Override
    public void keep(StoredResponse response) {
        requireOrder();
        kept.putIfAbsent(key(response.tenant(), response.id()), response);
    }

    @Override
    public Optional<StoredResponse> find(String tenant, String member, String id) {
        requireOrder();
        return Optional.ofNullable(kept.get(key(tenant, id)))
                .filter(response -> response.member().equals(member));
    }

    @Override
    public void forget(String tenant, String member, String id) {
        find(tenant, member, id).ifPresent(found -> kept.remove(key(tenant, id)));
    }
}
