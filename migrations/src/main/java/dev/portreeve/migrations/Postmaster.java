package dev.portreeve.migrations;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A living PostgreSQL server on a data folder, known by its pid file: our child, or the orphan of a gateway that was killed. */
record Postmaster(ProcessHandle process) {
    private static final Duration CAREFUL = Duration.ofSeconds(5);
    private static final Duration POLL = Duration.ofMillis(20);

    /** The server that lives on this folder; a pid file whose process is none any more is removed. */
    static Optional<Postmaster> of(DataFolder data) {
        Path pidFile = data.pidFile();
        try {
            if (!Files.exists(pidFile) || Files.size(pidFile) == 0) {
                return Optional.empty();
            }
            Optional<ProcessHandle> process = ProcessHandle.of(
                    Long.parseLong(Files.readAllLines(pidFile).getFirst().strip()));
            if (process.isPresent() && !servesFolder(process.get(), data)) {
                // After a reboot or in a new container the number belongs to a stranger, and PostgreSQL would refuse to
                // start for it. The folder's lock is ours, so no other gateway can have made the file just now.
                Files.deleteIfExists(pidFile);
                return Optional.empty();
            }
            return process.map(Postmaster::new);
        } catch (IOException | NumberFormatException e) {
            throw new DatabaseUnavailable("cannot read '" + pidFile + "': " + e.getMessage(), e);
        }
    }

    private static boolean servesFolder(ProcessHandle process, DataFolder data) {
        String folder = data.cluster().toString();
        // Where the command line is hidden from us, we could not stop the process either: PostgreSQL decides.
        return process.info()
                .arguments()
                .map(words -> List.of(words).contains(folder))
                .orElse(true);
    }

    /** Asks the server to end its sessions and stop; past five seconds, to stop at once, which costs a recovery at the next start. */
    void stop() {
        signal("INT");
        if (!ended(CAREFUL)) {
            signal("QUIT");
            if (!ended(CAREFUL)) {
                process.destroyForcibly();
                ended(CAREFUL);
            }
        }
    }

    private void signal(String name) {
        // The shell's own kill: images without procps have no other.
        Command.run(List.of("sh", "-c", "kill -" + name + " " + process.pid()));
    }

    private boolean ended(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        boolean interrupted = false;
        while (process.isAlive() && System.nanoTime() < deadline) {
            try {
                // An orphan is not our child: nothing wakes us when it ends.
                Thread.sleep(POLL);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return !process.isAlive();
    }
}
