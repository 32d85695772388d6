package dev.portreeve.migrations;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/** Starts PostgreSQL on a data folder and waits until it answers. */
record Server(Path postgres, Account account, DataFolder data, int port, DatabaseLogin login) {
    /** After kill -9, PostgreSQL refuses to start until the old server's last process is gone. */
    private static final Duration START_RETRY = Duration.ofSeconds(10);

    private static final Duration PAUSE_BETWEEN_STARTS = Duration.ofMillis(500);

    /** Recovery after a crash replays the log since the last checkpoint, which can take a while. */
    private static final Duration RECOVERY = Duration.ofMinutes(5);

    private static final Duration POLL = Duration.ofMillis(20);

    ServerProcess start() throws IOException, InterruptedException {
        long giveUp = System.nanoTime() + START_RETRY.toNanos();
        while (true) {
            ServerProcess process = ServerProcess.launch(postgres, account, data, port);
            if (answersOrStops(process)) {
                return process;
            }
            if (System.nanoTime() > giveUp) {
                throw DatabaseUnavailable.hereOnly(
                        "the database in '" + data.root() + "' does not start; it said:\n" + process.lastWords(), null);
            }
            Thread.sleep(PAUSE_BETWEEN_STARTS);
        }
    }

    /** No server is left behind when the wait is broken off, for whatever reason. */
    private boolean answersOrStops(ServerProcess process) throws InterruptedException {
        boolean answers = false;
        try {
            answers = answers(process);
            return answers;
        } finally {
            if (!answers) {
                process.stop(data);
            }
        }
    }

    /** Waits until the server answers (true) or ends (false). */
    private boolean answers(ServerProcess process) throws InterruptedException {
        long giveUp = System.nanoTime() + RECOVERY.toNanos();
        while (!process.awaitEnd(POLL)) {
            try (Connection connection = login.dataSource().getConnection()) {
                return connection.isValid(1);
            } catch (SQLException e) {
                if ("28P01".equals(e.getSQLState())) {
                    throw new DatabaseUnavailable(
                            "the password in '" + data.root()
                                    + "' is not the one its database was made with: restore the file from your backup",
                            e);
                }
            }
            if (System.nanoTime() > giveUp) {
                throw new DatabaseUnavailable("the database in '" + data.root() + "' did not answer within "
                        + RECOVERY.toMinutes() + " minutes; it said:\n" + process.lastWords());
            }
        }
        return false;
    }
}
