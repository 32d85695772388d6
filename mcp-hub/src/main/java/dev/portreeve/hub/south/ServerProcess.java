package dev.portreeve.hub.south;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * An operating system process with everything it starts. Runs without a shell, with only the environment it is given, and
 * as the leader of a process group of its own where the system can do that, so that helpers which outlive a dead launcher
 * (npx and the like) are found too, and so that a Ctrl-C meant for the gateway does not end the servers first.
 */
final class ServerProcess {
    static final Path SETSID = Path.of("/usr/bin/setsid");
    private final Process process;
    private final boolean leadsGroup;
    private final LastWill will;

    private ServerProcess(Process process, boolean leadsGroup, LastWill will) {
        this.process = process;
        this.leadsGroup = leadsGroup;
        this.will = will;
    }

    /**
     * Starts it.
     *
     * @throws IOException if it cannot be started; the text names the program and the reason, not its arguments
     */
    static ServerProcess start(ProcessLaunch launch, LastWill will) throws IOException {
        boolean leadsGroup = Files.isExecutable(SETSID);
        // A child is never a group leader, so setsid replaces itself by the command: same process, same id.
        List<String> argv = new ArrayList<>(leadsGroup ? List.of(SETSID.toString(), "--") : List.of());
        ProcessBuilder builder = new ProcessBuilder(argv);
        launch.prepare(builder);
        Process started = builder.start();
        if (leadsGroup) {
            will.include(started.pid());
        }
        return new ServerProcess(started, leadsGroup, will);
    }

    Process process() {
        return process;
    }

    /** Ends it politely first: its input closes, then it is asked, then it is killed, with all that it started. */
    void stop(Duration patience) {
        try {
            process.getOutputStream().close();
        } catch (IOException alreadyClosed) {
            // The process has ended or closed its input; either way it knows.
            kill();
        }
        boolean interrupted = false;
        try {
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                tree().forEach(ProcessHandle::destroy);
                boolean ignored = process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException stopNow) {
            interrupted = true;
        }
        kill();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends it at once, with all that it started. */
    void kill() {
        tree().forEach(ProcessHandle::destroyForcibly);
        if (leadsGroup) {
            killGroup();
            will.exclude(process.pid());
        }
    }

    private List<ProcessHandle> tree() {
        // Children first, so that none is handed to init before it is found.
        List<ProcessHandle> tree = new ArrayList<>();
        try (Stream<ProcessHandle> descendants = process.descendants()) {
            descendants.forEach(tree::addFirst);
        }
        tree.add(process.toHandle());
        return tree;
    }

    private void killGroup() {
        try {
            new ProcessBuilder(
                            "/bin/sh", "-c", "kill -s KILL -- \"-$1\" 2>/dev/null", "sh", Long.toString(process.pid()))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor(1, TimeUnit.SECONDS);
        } catch (IOException noShell) {
            // The tree was killed above; only helpers of a dead launcher could be left.
            return;
        } catch (InterruptedException stopNow) {
            Thread.currentThread().interrupt();
        }
    }
}
