package dev.portreeve.policy.signal;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.portreeve.migrations.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PostgresNotificationsTest {
    private static final int PATIENCE_SECONDS = 60;
    private TestDatabase database;

    private static final class Heard implements PostgresNotifications.Listener {
        private final BlockingQueue<String> words = new LinkedBlockingQueue<>();

        @Override
        public void notified(String payload) {
            words.add("said " + payload);
            if (payload.equals("broken")) {
                throw new IllegalStateException("a listener's bug");
            }
        }

        @Override
        public void connected() {
            words.add("connected");
        }

        String next() throws InterruptedException {
            String word = words.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertNotNull(word, "nothing was heard");
            return word;
        }
    }

    @BeforeEach
    void open() {
        database = TestDatabase.fresh();
    }

    @AfterEach
    void close() {
        database.close();
    }

    private void say(String... statements) throws SQLException {
        try (Connection connection = database.app().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    @Test
    void eachChannelHearsItsOwnAndNothingThatWasRolledBack() throws Exception {
        Heard stops = new Heard();
        Heard leases = new Heard();
        try (PostgresNotifications notifications =
                new PostgresNotifications(database.app().dataSource())) {
            notifications.listen("stops", stops);
            notifications.listen("leases", leases);
            notifications.start();
            assertEquals("connected", stops.next());
            assertEquals("connected", leases.next());
            say("BEGIN", "SELECT pg_notify('stops', 'never')", "ROLLBACK");
            say("SELECT pg_notify('leases', 'acme')", "NOTIFY stops");
            assertEquals("said acme", leases.next());
            assertEquals("said ", stops.next());
        }
    }

    @Test
    void aListenersBugSilencesNobody() throws Exception {
        Heard heard = new Heard();
        try (PostgresNotifications notifications =
                new PostgresNotifications(database.app().dataSource())) {
            notifications.listen("stops", heard);
            notifications.start();
            assertEquals("connected", heard.next());
            say("SELECT pg_notify('stops', 'broken')");
            say("SELECT pg_notify('stops', 'after')");
            assertEquals("said broken", heard.next());
            assertEquals("said after", heard.next());
        }
    }

    @Test
    void aConnectionThatIsCutComesBackAndSaysSo() throws Exception {
        Heard heard = new Heard();
        try (PostgresNotifications notifications =
                new PostgresNotifications(database.app().dataSource())) {
            notifications.listen("stops", heard);
            notifications.start();
            assertEquals("connected", heard.next());
            assertEquals(1, cutListeners());
            assertEquals("connected", heard.next());
            say("SELECT pg_notify('stops', 'again')");
            assertEquals("said again", heard.next());
        }
    }

    private int cutListeners() throws SQLException {
        try (Connection connection = database.owner().dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
                                + " AND datname = current_database()")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    @Test
    void closingLeavesNoConnection() throws Exception {
        Heard heard = new Heard();
        try (PostgresNotifications notifications =
                new PostgresNotifications(database.app().dataSource())) {
            notifications.listen("stops", heard);
            notifications.start();
            assertEquals("connected", heard.next());
        }
        await().until(() -> cutListeners() == 0);
    }

    @Test
    void aChannelIsAddedOnceAndBeforeTheStart() {
        Heard heard = new Heard();
        try (PostgresNotifications notifications =
                new PostgresNotifications(database.app().dataSource())) {
            notifications.listen("stops", heard);
            assertThrows(IllegalArgumentException.class, () -> notifications.listen("stops", heard));
            assertThrows(IllegalArgumentException.class, () -> notifications.listen("Bad; Name", heard));
            notifications.start();
            assertThrows(IllegalStateException.class, () -> notifications.listen("leases", heard));
        }
    }
}
