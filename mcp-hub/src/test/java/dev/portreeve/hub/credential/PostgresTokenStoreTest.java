package dev.portreeve.hub.credential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.seal.SealKey;
import dev.portreeve.hub.seal.SealedTokens;
import dev.portreeve.migrations.TestDatabase;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class PostgresTokenStoreTest extends TokenStoreContract {
    private final TestDatabase database = TestDatabase.fresh();
    private final PostgresTokenStore store = with(1);

    /** Another replica, or another key file over the same database. */
    private PostgresTokenStore with(int key, int... previous) {
        SealedTokens seal = new SealedTokens(
                key(key),
                Arrays.stream(previous).mapToObj(PostgresTokenStoreTest::key).toList(),
                () -> now,
                new SecureRandom());
        return new PostgresTokenStore(database.app().dataSource(), seal, () -> now);
    }

    private static SealKey key(int key) {
        byte[] secret = new byte[SealKey.BYTES];
        Arrays.fill(secret, (byte) key);
        return new SealKey(secret);
    }

    @Override
    TokenStore store() {
        return store;
    }

    @AfterAll
    void close() {
        database.close();
    }

    private List<String> run(String sql) throws SQLException {
        try (Connection connection = database.owner().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            if (!statement.execute(sql)) {
                return List.of();
            }
            try (ResultSet rows = statement.getResultSet()) {
                List<String> read = new java.util.ArrayList<>();
                while (rows.next()) {
                    read.add(rows.getString(1));
                }
                return read;
            }
        }
    }

    @Test
    void aStolenRowIsWorthNothingWithoutTheKeyFile() throws SQLException {
        TokenKey key = key();
        store.keep(key, token("super-secret-token"));
        String row = run("SELECT t::text FROM hub.oauth_token t WHERE server = '" + key.server() + "'")
                .getFirst();
        assertFalse(row.contains("super-secret-token"), row);
        assertEquals(Optional.empty(), with(2).find(key));
        assertEquals(
                "super-secret-token", with(1).find(key).orElseThrow().value().reveal(), "another replica has it");
    }

    @Test
    void aRowThatIsMovedOrChangedDoesNotOpen() throws SQLException {
        TokenKey key = key();
        TokenKey other = key();
        store.keep(key, token("mine"));
        run("INSERT INTO hub.oauth_token SELECT '" + other.server()
                + "', url, client_id, holder, sealed, expires_at, claimed_until FROM hub.oauth_token WHERE server = '"
                + key.server() + "'");
        assertEquals(Optional.empty(), store.find(other));
        run("UPDATE hub.oauth_token SET sealed = overlay(sealed placing 'AA' from 60) WHERE server = '" + key.server()
                + "'");
        assertEquals(Optional.empty(), store.find(key));
    }

    @Test
    void aPreviousKeyStillOpensWhatItSealed() {
        TokenKey key = key();
        store.keep(key, token("older"));
        assertEquals("older", with(2, 1).find(key).orElseThrow().value().reveal());
        with(2, 1).keep(key, token("newer"));
        assertEquals(Optional.empty(), with(1).find(key), "what is kept anew is sealed with the new key");
    }

    @Test
    void aDatabaseThatIsAwayIsLivedWith() {
        TestDatabase gone = TestDatabase.fresh();
        PostgresTokenStore lonely = new PostgresTokenStore(
                gone.app().dataSource(), new SealedTokens(key(1), List.of(), () -> now, new SecureRandom()), () -> now);
        gone.close();
        TokenKey key = key();
        lonely.keep(key, token("lost"));
        assertEquals(Optional.empty(), lonely.find(key));
        assertTrue(lonely.claim(key, java.time.Duration.ofSeconds(1)), "then each gets its own");
    }
}
