package dev.portreeve.hub.catalog;

import dev.portreeve.hub.south.Listing;
import dev.portreeve.hub.south.ServerProfile;
import dev.portreeve.hub.wire.RawJson;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What every server showed last, over restarts: so that a process need not be started to know what it would say, and a server
 * that is down hides nothing. Read once; what is learnt later is written through. A store that fails is only logged: then a
 * server is asked once more at the next start. Thread-safe; what learns blocks on the store.
 */
public final class ServerMemory {
    private static final Logger LOGGER = LoggerFactory.getLogger(ServerMemory.class);

    private final LastSeenStore store;
    private final Map<String, LastSeen> bySlug = new ConcurrentHashMap<>();

    ServerMemory(LastSeenStore store) {
        this.store = store;
        store.read().forEach(seen -> bySlug.put(seen.server(), seen));
    }

    /** Kept in PostgreSQL, read once now. */
    public static ServerMemory on(DataSource database, InstantSource clock) {
        return new ServerMemory(new PostgresLastSeenStore(database, clock));
    }

    /** Remembers nothing over a restart. */
    public static ServerMemory none() {
        return new ServerMemory(new LastSeenStore() {
            @Override
            public List<LastSeen> read() {
                return List.of();
            }

            @Override
            public void keep(LastSeen seen) {
                // It is in memory, and that is all.
            }
        });
    }

    /** What a server showed last, if it is still the same one; never blocks. */
    Optional<LastSeen> of(ServerEntry server) {
        return Optional.ofNullable(bySlug.get(server.slug()))
                .filter(seen -> seen.source().equals(server.source()));
    }

    /** What it listed of a kind last; never blocks. */
    List<RawJson> lastListed(ServerEntry server, Listing listing) {
        return of(server).map(seen -> seen.lists().get(listing)).orElse(List.of());
    }

    /** What it says of itself, or said when there was contact last; never blocks. */
    public ServerProfile profile(ServerEntry server) {
        ServerProfile now = server.server().profile();
        return now.protocolVersion().isEmpty()
                ? of(server).map(LastSeen::profile).orElse(now)
                : now;
    }

    /** A server was greeted. */
    void greeted(ServerEntry server, ServerProfile profile) {
        learn(new LastSeen(
                server.slug(),
                server.source(),
                profile,
                of(server).map(LastSeen::lists).orElse(Map.of())));
    }

    /** A server listed something other than tools. */
    void listed(ServerEntry server, Listing listing, List<RawJson> entries) {
        LastSeen before = of(server)
                .orElseGet(() -> new LastSeen(
                        server.slug(), server.source(), server.server().profile(), Map.of()));
        learn(before.with(listing, entries));
    }

    private void learn(LastSeen now) {
        LastSeen before = bySlug.put(now.server(), now);
        if (now.equals(before)) {
            return;
        }
        try {
            store.keep(now);
        } catch (RuntimeException away) {
            LOGGER.warn("what tool server \"{}\" showed cannot be kept now: {}", now.server(), away.getMessage());
        }
    }
}
