package dev.portreeve.gateway.idempotency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.seal.SealKey;
import dev.portreeve.hub.seal.SealedTokens;
import dev.portreeve.migrations.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PostgresKeptAnswersTest extends KeptAnswersContract {
    private final TestDatabase database = TestDatabase.fresh();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final PostgresKeptAnswers store = sealedWith(1);

    private PostgresKeptAnswers sealedWith(int first) {
        byte[] secret = new byte[SealKey.BYTES];
        secret[0] = (byte) first;
        SealedTokens seal = new SealedTokens(new SealKey(secret), List.of(), () -> now, new SecureRandom());
        return new PostgresKeptAnswers(database.app().dataSource(), seal, () -> now);
    }

    @Override
    KeptAnswers store() {
        return store;
    }

    @AfterAll
    void close() {
        database.close();
    }

    private String ask(String sql) throws Exception {
        try (Connection connection = database.owner().dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    @Test
    void who_reads_the_database_reads_no_answer() throws Exception {
        UUID own = UUID.randomUUID();
        store.keep(ANA, own, ANSWER, Duration.ofHours(1));
        String stored = ask("SELECT encode(sealed, 'escape') FROM gateway.kept_answer WHERE call_id = '" + own + "'");
        assertFalse(stored.contains("secret plan"), stored);
        assertTrue(stored.length() >= TEXT.getBytes(StandardCharsets.UTF_8).length);
        assertTrue(sealedWith(2).find(ANA, own).isEmpty(), "without the key there is no answer");
    }

    @Test
    void what_has_expired_does_not_open_and_makes_room() throws Exception {
        UUID old = UUID.randomUUID();
        store.keep(ANA, old, ANSWER, Duration.ofHours(1));
        now = now.plus(Duration.ofHours(2));
        assertTrue(store.find(ANA, old).isEmpty());
        for (int i = 0; i < 200; i++) {
            store.keep(ANA, UUID.randomUUID(), ANSWER, Duration.ofHours(1));
        }
        assertEquals("0", ask("SELECT count(*) FROM gateway.kept_answer WHERE call_id = '" + old + "'"));
    }

    @Test
    void a_database_that_is_gone_is_said() {
        TestDatabase gone = TestDatabase.fresh();
        SealedTokens seal =
                new SealedTokens(new SealKey(new byte[SealKey.BYTES]), List.of(), () -> now, new SecureRandom());
        PostgresKeptAnswers unreachable = new PostgresKeptAnswers(gone.app().dataSource(), seal, () -> now);
        gone.close();
        assertThrows(KeptAnswers.Unavailable.class, () -> unreachable.find(ANA, call));
        assertThrows(KeptAnswers.Unavailable.class, () -> unreachable.keep(ANA, call, ANSWER, Duration.ofHours(1)));
    }
}
