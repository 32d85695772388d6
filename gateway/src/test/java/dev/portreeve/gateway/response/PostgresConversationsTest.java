package dev.portreeve.gateway.response;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.response.Conversation.Status;
import dev.portreeve.hub.seal.SealKey;
import dev.portreeve.hub.seal.SealedTokens;
import dev.portreeve.migrations.TestDatabase;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PostgresConversationsTest extends ConversationsContract {
    private final TestDatabase database = TestDatabase.fresh();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final PostgresConversations store = store(new byte[SealKey.BYTES]);

    private PostgresConversations store(byte[] key) {
        SealedTokens seal = new SealedTokens(new SealKey(key), List.of(), () -> now, new SecureRandom());
        return new PostgresConversations(database.app().dataSource(), seal, Duration.ofDays(30), MAX_BYTES, () -> now);
    }

    @Override
    Conversations store() {
        return store;
    }

    @AfterAll
    void close() {
        database.close();
    }

    private static Conversation of(String id, Status status) {
        return new Conversation(
                "acme",
                "ana",
                id,
                "fast",
                status,
                bytes("[\"a secret question\"]"),
                bytes("{\"a\":\"secret answer\"}"));
    }

    private String column(String sql) throws SQLException {
        try (Connection connection = database.app().dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            assertTrue(rows.next());
            return rows.getString(1);
        }
    }

    private void update(String sql) throws SQLException {
        try (Connection connection = database.app().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            assertEquals(1, statement.executeUpdate(sql));
        }
    }

    @Test
    void the_table_says_nothing_and_a_row_opens_in_no_others_place() throws SQLException {
        store.keep(of("resp_a", Status.COMPLETED));
        store.keep(of("resp_b", Status.COMPLETED));
        String row = column("SELECT t::text FROM gateway.kept_response t WHERE response_id = 'resp_a'");
        assertFalse(row.contains("secret"), row);
        assertEquals(
                Optional.empty(),
                store(new byte[] {
                            1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
                            12, 13, 14, 15, 16
                        })
                        .find("acme", "ana", "resp_a"),
                "another key opens nothing");
        update("UPDATE gateway.kept_response SET sealed_response = (SELECT sealed_response FROM gateway.kept_response"
                + " WHERE response_id = 'resp_a') WHERE response_id = 'resp_b'");
        assertEquals(Optional.empty(), store.find("acme", "ana", "resp_b"));
        update("UPDATE gateway.kept_response SET member = 'bob' WHERE response_id = 'resp_a'");
        assertEquals(Optional.empty(), store.find("acme", "bob", "resp_a"));
    }

    @Test
    void what_has_expired_is_gone_and_makes_room() throws SQLException {
        store.keep(of("resp_old", Status.COMPLETED));
        now = now.plus(Duration.ofDays(31));
        assertEquals(Optional.empty(), store.find("acme", "ana", "resp_old"));
        for (int i = 0; i < 200; i++) {
            store.keep(of("resp_" + i, Status.COMPLETED));
        }
        assertEquals("0", column("SELECT count(*) FROM gateway.kept_response WHERE response_id = 'resp_old'"));
    }

    @Test
    void what_its_replica_no_longer_makes_has_failed() {
        UUID maker = UUID.randomUUID();
        store.begin(of("resp_made", Status.IN_PROGRESS), maker);
        now = now.plus(Duration.ofSeconds(100));
        assertEquals(Set.of(), store.stillMaking(maker, Set.of("resp_made")));
        now = now.plus(Duration.ofSeconds(100));
        assertEquals(
                Status.IN_PROGRESS,
                store.find("acme", "ana", "resp_made").orElseThrow().status());
        now = now.plus(Duration.ofSeconds(100));
        assertEquals(
                Status.FAILED,
                store.find("acme", "ana", "resp_made").orElseThrow().status());
        assertFalse(store.cancel("acme", "ana", "resp_made"), "it is over");
    }

    @Test
    void a_database_that_is_gone_is_said() {
        TestDatabase gone = TestDatabase.fresh();
        SealedTokens seal =
                new SealedTokens(new SealKey(new byte[SealKey.BYTES]), List.of(), () -> now, new SecureRandom());
        PostgresConversations unreachable =
                new PostgresConversations(gone.app().dataSource(), seal, Duration.ofDays(30), MAX_BYTES, () -> now);
        gone.close();
        assertThrows(StoredResponses.Unavailable.class, () -> unreachable.find("acme", "ana", "resp_1"));
    }
}
