package dev.portreeve.gateway.response;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.portreeve.migrations.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PostgresStoredResponsesTest extends StoredResponsesContract {
    private final TestDatabase database = TestDatabase.fresh();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final PostgresStoredResponses store =
            new PostgresStoredResponses(database.app().dataSource(), () -> now);

    @Override
    StoredResponses store() {
        return store;
    }

    @AfterAll
    void close() {
        database.close();
    }

    @Test
    void what_has_expired_is_gone_and_makes_room() {
        StoredResponse old = new StoredResponse("acme", "resp_old", "ana", "openai", "fast", 1);
        store.keep(old);
        now = now.plus(Duration.ofDays(31));
        assertEquals(Optional.empty(), store.find("acme", "ana", "resp_old"));
        for (int i = 0; i < 1_000; i++) {
            store.keep(new StoredResponse("acme", "resp_" + i, "ana", "openai", "fast", i));
        }
        store.keep(new StoredResponse("acme", "resp_old", "bob", "openai", "fast", 1));
        assertEquals(
                1,
                store.find("acme", "bob", "resp_old").orElseThrow().tokens(),
                "the old row was deleted, so the id is free");
    }

    @Test
    void a_database_that_is_gone_is_said() {
        TestDatabase gone = TestDatabase.fresh();
        PostgresStoredResponses unreachable =
                new PostgresStoredResponses(gone.app().dataSource(), () -> now);
        gone.close();
        assertThrows(StoredResponses.Unavailable.class, () -> unreachable.find("acme", "ana", "resp_1"));
    }
}
