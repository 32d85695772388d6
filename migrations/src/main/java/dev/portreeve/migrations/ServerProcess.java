package dev.portreeve.migrations;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One running {@code postgres}, as a child of this process; its messages go to this program's log. */
final class ServerProcess {
    private static final Logger LOGGER = LoggerFactory.getLogger("dev.portreeve.postgres");
    private static final int LAST_WORDS = 20;

    private final Process process;
    private final Thread reader;
    private final Deque<String> lastWords = new ArrayDeque<>();

    private ServerProcess(Process process) {
        this.process = process;
        this.reader =
                Thread.ofPlatform().daemon().name("portreeve-postgres-log").unstarted(this::readLog);
    }

    static ServerProcess launch(Path postgres, Account account, DataFolder data, int port) throws IOException {
        List<String> words = new ArrayList<>();
        if (Command.run(List.of("setsid", "true")).worked()) {
            // A session of its own: Ctrl-C in the terminal must reach the gateway, which drains first, and not the
            // database.
            words.add("setsid");
        }
        words.addAll(account.as(postgres.toString(), "-D", data.cluster().toString()));
        settings(port).forEach(setting -> {
            words.add("-c");
            words.add(setting);
        });
        ProcessBuilder builder =
                new ProcessBuilder(words).redirectErrorStream(true).directory(new File("/"));
        // Variables meant for PostgreSQL's clients would change the server, too.
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        builder.environment().put("LC_ALL", "C");
        ServerProcess server = new ServerProcess(builder.start());
        server.process.getOutputStream().close();
        server.reader.start();
        return server;
    }

    private static List<String> settings(int port) {
        return List.of(
                "listen_addresses=127.0.0.1",
                "port=" + port,
                "unix_socket_directories=",
                "max_connections=100",
                // INVARIANT: what was acknowledged is on the disk.
                "fsync=on",
                "synchronous_commit=on",
                "full_page_writes=on",
                "password_encryption=scram-sha-256",
                "timezone=UTC",
                "cluster_name=portreeve",
                "logging_collector=off",
                "log_destination=stderr",
                "log_line_prefix=",
                "log_checkpoints=off",
                // What is wrong with a statement is told to who sent it; the text may hold values, which the log must
                // not.
                "log_min_messages=log",
                "log_min_error_statement=panic",
                "log_error_verbosity=terse");
    }

    private void readLog() {
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("PANIC")) {
                    LOGGER.error("{}", line);
                } else {
                    LOGGER.debug("{}", line);
                }
                remember(line);
            }
        } catch (IOException e) {
            LOGGER.debug("the server's log ended", e);
        }
    }

    private void remember(String line) {
        synchronized (lastWords) {
            if (lastWords.size() == LAST_WORDS) {
                lastWords.removeFirst();
            }
            lastWords.addLast(line);
        }
    }

    /** What the server said last; complete once it has ended. */
    String lastWords() throws InterruptedException {
        if (!process.isAlive()) {
            reader.join(Duration.ofSeconds(1));
        }
        synchronized (lastWords) {
            return String.join("\n", lastWords);
        }
    }

    /** Waits until the server ends, at most that long, and says whether it did. */
    boolean awaitEnd(Duration limit) throws InterruptedException {
        return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Waits until the server ends and returns its exit code; above 128 a signal ended it. */
    int awaitEnd() throws InterruptedException {
        return process.waitFor();
    }

    void stop(DataFolder data) {
        // By its pid file, because a command before it may have stayed on as its parent.
        Postmaster.of(data).ifPresent(Postmaster::stop);
        if (process.isAlive()) {
            // Was still starting and had no pid file yet.
            new Postmaster(process.toHandle()).stop();
        }
    }
}
