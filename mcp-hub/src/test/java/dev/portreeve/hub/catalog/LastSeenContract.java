package dev.portreeve.hub.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.portreeve.hub.south.Listing;
import dev.portreeve.hub.south.ServerProfile;
import dev.portreeve.hub.wire.RawJson;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What every store of what servers showed last must do. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class LastSeenContract {
    private static final RawJson PROMPT = RawJson.of("{\"name\":\"p\",\"x-rate\":1.50,\"description\":\"a\\u0000b\"}");

    abstract LastSeenStore store();

    private static LastSeen seen(String slug, String instructions, Map<Listing, List<RawJson>> lists) {
        return new LastSeen(
                slug, "f00d", new ServerProfile("2025-06-18", RawJson.of("{\"prompts\":{}}"), instructions), lists);
    }

    private LastSeen read(String slug) {
        return store().read().stream()
                .filter(seen -> seen.server().equals(slug))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whatIsKeptComesBackAsItWas() {
        LastSeen kept =
                seen("notes", "Read first.", Map.of(Listing.PROMPTS, List.of(PROMPT), Listing.TEMPLATES, List.of()));
        store().keep(kept);
        assertEquals(kept, read("notes"));
        LastSeen bare = seen("bare", null, Map.of());
        store().keep(bare);
        assertEquals(bare, read("bare"));
    }

    @Test
    void theNextTakesItsPlace() {
        store().keep(seen("next", "Old.", Map.of(Listing.RESOURCES, List.of(RawJson.of("{\"uri\":\"a:b\"}")))));
        store().keep(seen("next", null, Map.of()));
        assertNull(read("next").profile().instructions());
        assertEquals(Map.of(), read("next").lists());
    }
}
