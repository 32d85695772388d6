package dev.portreeve.hub.catalog;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What servers showed last, in memory, for tests. Thread-safe. */
public final class InMemoryLastSeen implements LastSeenStore {
    private final Map<String, LastSeen> rows = new ConcurrentHashMap<>();

    /** A memory over this store, as another start of the gateway would read it. */
    public ServerMemory memory() {
        return new ServerMemory(this);
    }

    @Override
    public List<LastSeen> read() {
        return List.copyOf(rows.values());
    }

    @Override
    public void keep(LastSeen seen) {
        rows.put(seen.server(), seen);
    }
}
