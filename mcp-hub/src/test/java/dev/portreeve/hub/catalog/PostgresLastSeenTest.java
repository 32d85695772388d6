package dev.portreeve.hub.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.portreeve.hub.south.Listing;
import dev.portreeve.hub.south.ServerProfile;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.migrations.TestDatabase;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class PostgresLastSeenTest extends LastSeenContract {
    private final TestDatabase database = TestDatabase.fresh();
    private final PostgresLastSeenStore store =
            new PostgresLastSeenStore(database.app().dataSource(), InstantSource.system());

    @Override
    LastSeenStore store() {
        return store;
    }

    @AfterAll
    void close() {
        database.close();
    }

    @Test
    void whatPostgresCannotHoldIsLeftOut() {
        String long1 = "\"" + "x".repeat(PostgresLastSeenStore.MAX_LIST_BYTES) + "\"";
        store.keep(new LastSeen(
                "huge",
                "f00d",
                new ServerProfile("2025-06-18", RawJson.EMPTY_OBJECT, "a\0b"),
                Map.of(Listing.RESOURCES, List.of(RawJson.of(long1)))));
        LastSeen read = store.read().stream()
                .filter(seen -> seen.server().equals("huge"))
                .findFirst()
                .orElseThrow();
        assertEquals(Map.of(), read.lists());
        assertEquals("ab", read.profile().instructions());
    }
}
