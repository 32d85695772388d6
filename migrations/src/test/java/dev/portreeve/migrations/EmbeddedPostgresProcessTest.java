package dev.portreeve.migrations;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The embedded server of other processes: killed ones, and those of other users. */
class EmbeddedPostgresProcessTest {
    private final List<Process> children = new ArrayList<>();
    private Path folder;

    @BeforeEach
    void chooseFolder(@TempDir Path temporary) throws IOException {
        // As a data folder usually lies: not below a folder that is closed to the user the server runs as.
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
        folder = Files.createDirectory(temporary.resolve("test"));
    }

    @AfterEach
    void endChildren() throws InterruptedException {
        for (Process child : children) {
            child.destroyForcibly().waitFor();
        }
    }

    @Test
    void takesOverFromAProgramThatWasKilled() throws Exception {
        Process child = start(List.of(), System.getProperty("java.class.path"), folder);
        assertEquals("ready", lastLineUntilReady(child));
        long orphan = EmbeddedPostgresTest.postmaster(folder);

        String message = assertThrows(DatabaseUnavailable.class, () -> EmbeddedPostgres.start(folder))
                .getMessage();
        assertTrue(message.contains("(process " + child.pid() + ")"), message);

        child.destroyForcibly().waitFor();
        assertTrue(ProcessHandle.of(orphan).isPresent(), "the server outlives the program");

        List<String> steps = new ArrayList<>();
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(folder, steps::add)) {
            assertEquals(List.of("stopping the database server that a killed Portreeve left behind"), steps);
            assertEquals(1, Rows.count(postgres.owner()));
            assertFalse(orphan == EmbeddedPostgresTest.postmaster(folder));
        }
    }

    @Test
    void aStrangersProcessIsLeftAlone() throws Exception {
        EmbeddedPostgres.start(folder).close();
        Process stranger = new ProcessBuilder("sleep", "60").start();
        children.add(stranger);
        Files.writeString(folder.resolve("cluster/postmaster.pid"), stranger.pid() + "\n");

        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(folder)) {
            assertEquals("1", Rows.ask(postgres.app(), "SELECT 1"));
        }
        assertTrue(stranger.isAlive());
    }

    @Test
    void runsForAnOrdinaryUser() throws Exception {
        assumeRoot(folder);
        Command.Result nobody = Command.run(List.of("id", "-u", "nobody"));
        List<String> prefix = List.of("setpriv", "--reuid=nobody", "--clear-groups");
        assumeTrue(nobody.worked() && Command.run(with(prefix, "true")).worked(), "setpriv cannot become nobody here");
        Path own = Files.createDirectory(folder.resolve("own"));
        Files.setAttribute(own, "unix:uid", Integer.parseInt(nobody.output()));

        Process child = start(prefix, copyOfClassPath(folder), own.resolve("postgres"));
        assertEquals("ready", lastLineUntilReady(child));
        child.getOutputStream().close();

        assertTrue(child.waitFor(20, SECONDS));
        assertEquals(0, child.exitValue());
        assertFalse(Files.exists(own.resolve("postgres/cluster/postmaster.pid")), "its server is stopped, too");
    }

    /** Root's home is closed to the user that the server would otherwise run as. */
    @Test
    void runsForRootBelowAClosedFolder() throws Exception {
        assumeRoot(folder);
        assumeTrue(
                Command.run(List.of("unshare", "-U", "--map-user=65534", "true"))
                        .worked(),
                "no user namespaces here");
        Path closed = Files.createDirectory(
                folder.resolve("closed"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));

        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(closed.resolve("postgres"))) {
            assertEquals("1", Rows.ask(postgres.app(), "SELECT 1"));
        }
    }

    @Test
    void rootStepsDown() throws Exception {
        assumeRoot(folder);
        assumeTrue(
                Command.run(List.of("setpriv", "--reuid=nobody", "true")).worked(),
                "setpriv cannot become nobody here");

        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(folder.resolve("postgres"))) {
            assertEquals("1", Rows.ask(postgres.app(), "SELECT 1"));
            long server = EmbeddedPostgresTest.postmaster(folder.resolve("postgres"));
            assertEquals(
                    "nobody",
                    ProcessHandle.of(server).orElseThrow().info().user().orElse("hidden"));
        }
    }

    private Process start(List<String> prefix, String classPath, Path data) throws IOException {
        List<String> words = new ArrayList<>(prefix);
        words.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-cp",
                classPath,
                EmbeddedPostgresChild.class.getName(),
                data.toString()));
        Process child = new ProcessBuilder(words).redirectErrorStream(true).start();
        children.add(child);
        return child;
    }

    private static String lastLineUntilReady(Process child) throws IOException {
        List<String> lines = new ArrayList<>();
        BufferedReader reader = child.inputReader();
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            lines.add(line);
            if (line.equals("ready")) {
                return line;
            }
        }
        return "ended without being ready: " + lines;
    }

    private static List<String> with(List<String> prefix, String... command) {
        List<String> words = new ArrayList<>(prefix);
        words.addAll(List.of(command));
        return words;
    }

    private static void assumeRoot(Path mine) throws IOException {
        assumeTrue(
                Files.getAttribute(mine, "unix:uid", LinkOption.NOFOLLOW_LINKS).equals(0),
                "only root can become another user");
    }

    /** The class path may lie below a home that is closed to others. */
    private static String copyOfClassPath(Path folder) throws IOException {
        Path lib = Files.createDirectory(folder.resolve("lib"));
        List<String> copies = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path copy = lib.resolve(String.valueOf(copies.size()));
            try (Stream<Path> paths = Files.walk(Path.of(entry))) {
                for (Path path : paths.toList()) {
                    Files.copy(
                            path, copy.resolve(Path.of(entry).relativize(path).toString()));
                }
            }
            copies.add(copy.toString());
        }
        return String.join(File.pathSeparator, copies);
    }
}
