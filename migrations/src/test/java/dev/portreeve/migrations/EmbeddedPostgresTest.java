package dev.portreeve.migrations;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The embedded server as a store: durable, private, one program at a time. Runs as whoever runs the build. */
class EmbeddedPostgresTest {
    private Path folder;

    @BeforeEach
    void chooseFolder(@TempDir Path temporary) throws IOException {
        // As a data folder usually lies: not below a folder that is closed to the user the server runs as.
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwx--x--x"));
        folder = temporary.resolve("postgres");
    }

    @Test
    void keepsRowsOverARestart() throws SQLException {
        List<String> steps = new ArrayList<>();
        String url;
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(folder, steps::add)) {
            url = postgres.jdbcUrl();
            Rows.add(postgres.owner(), 1);
        }
        assertTrue(steps.stream().anyMatch(step -> step.startsWith("creating the database in ")), steps.toString());
        steps.clear();

        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(folder, steps::add)) {
            assertEquals(1, Rows.count(postgres.owner()));
            assertEquals(url, postgres.jdbcUrl(), "clients that hold the address can come back");
        }
        assertEquals(List.of(), steps, "nothing to tell about an ordinary start");
    }

    @Test
    void takesAnotherPortWhenItsOwnIsTaken() throws Exception {
        String url;
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(folder)) {
            url = postgres.jdbcUrl();
        }
        int port = URI.create(url.substring("jdbc:".length())).getPort();
        try (ServerSocket squatter = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"));
                EmbeddedPostgres postgres = EmbeddedPostgres.start(folder)) {
            assertFalse(postgres.jdbcUrl().contains(":" + squatter.getLocalPort() + "/"));
            assertEquals("1", Rows.ask(postgres.app(), "SELECT 1"));
        }
    }

    @Test
    void refusesASecondStartOnTheSameFolder() throws SQLException {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(folder)) {
            String message = assertThrows(DatabaseUnavailable.class, () -> EmbeddedPostgres.start(folder))
                    .getMessage();

            assertTrue(message.contains("is in use by another Portreeve (process "), message);
            assertTrue(message.contains(folder.toString()), message);
            assertEquals("1", Rows.ask(postgres.app(), "SELECT 1"), "the first is not disturbed");
        }
    }

    @Test
    void comesBackWhenPostgresIsKilled() throws Exception {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(folder)) {
            Rows.add(postgres.owner(), 1);
            long first = postmaster(folder);

            assertTrue(ProcessHandle.of(first).orElseThrow().destroyForcibly());

            await().atMost(20, SECONDS).ignoreExceptions().until(() -> Rows.count(postgres.owner()) == 1);
            assertFalse(first == postmaster(folder));
        }
        assertFalse(Files.exists(folder.resolve("cluster/postmaster.pid")), "the second server is stopped, too");
    }

    @Test
    void commitsAreOnTheDisk() throws SQLException {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(folder)) {
            assertEquals("on", Rows.ask(postgres.app(), "SELECT current_setting('fsync')"));
            assertEquals("on", Rows.ask(postgres.app(), "SELECT current_setting('synchronous_commit')"));
            assertEquals("on", Rows.ask(postgres.app(), "SELECT current_setting('full_page_writes')"));
        }
    }

    @Test
    void theApplicationHasALoginOfItsOwn() throws SQLException {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(folder)) {
            assertEquals("portreeve_app", Rows.ask(postgres.app(), "SELECT current_user"));
            assertEquals("off", Rows.ask(postgres.app(), "SELECT current_setting('is_superuser')"));
            assertEquals("portreeve", Rows.ask(postgres.app(), "SELECT current_database()"));
            assertEquals("portreeve_owner", Rows.ask(postgres.owner(), "SELECT current_user"));

            DatabaseLogin guess = new DatabaseLogin(postgres.jdbcUrl(), "portreeve_app", "guess");
            SQLException refused = assertThrows(SQLException.class, () -> Rows.ask(guess, "SELECT 1"));
            assertEquals("28P01", refused.getSQLState());
        }
    }

    @Test
    void passwordsStayPrivate() throws IOException {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(folder)) {
            for (String role : List.of("portreeve_owner", "portreeve_app")) {
                Path file = folder.resolve(role + ".password");
                assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
            }
            assertFalse(postgres.app().toString().contains(postgres.app().password()));
            assertFalse(postgres.app().password().equals(postgres.owner().password()));
        }
    }

    @Test
    void saysWhichPasswordFileIsMissing() throws IOException {
        EmbeddedPostgres.start(folder).close();
        Files.delete(folder.resolve("portreeve_app.password"));

        String message = assertThrows(DatabaseUnavailable.class, () -> EmbeddedPostgres.start(folder))
                .getMessage();

        assertTrue(message.contains("portreeve_app.password' is missing"), message);
        assertFalse(Files.exists(folder.resolve("cluster/postmaster.pid")), "no server is left behind");
    }

    static long postmaster(Path folder) throws IOException {
        return Long.parseLong(Files.readAllLines(folder.resolve("cluster/postmaster.pid"))
                .getFirst()
                .strip());
    }
}
