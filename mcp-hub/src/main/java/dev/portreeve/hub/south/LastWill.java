package dev.portreeve.hub.south;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that servers' processes end even if the gateway is killed and can do nothing itself. One small shell waits at
 * the end of a pipe and keeps the numbers of the process groups; when the pipe closes, for whatever reason, it ends the
 * groups that are left. It starts with the first process, and only where the system has process groups of our making.
 * Thread-safe; blocks for a write to a pipe at most.
 */
public final class LastWill implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(LastWill.class);
    private static final Path SHELL = Path.of("/bin/sh");
    /** What comes over the pipe is a sign and a number; nothing of the configuration gets here. */
    private static final String EXECUTOR = """
            groups=' '
            while read -r sign group; do
              case $sign in
                +) groups="$groups$group " ;;
                -) case $groups in *" $group "*) groups="${groups%%" $group "*} ${groups#*" $group "}" ;; esac ;;
              esac
            done
            set -- $groups
            [ $# -gt 0 ] || exit 0
            for group; do kill -s TERM -- "-$group"; done
            sleep 2
            for group; do kill -s KILL -- "-$group"; done
            """;

    private final Set<Long> groups = new LinkedHashSet<>();
    private @Nullable Process executor;
    private boolean closed;

    synchronized void include(long group) {
        if (groups.add(group) && !closed) {
            tell("+ " + group + "\n");
        }
    }

    synchronized void exclude(long group) {
        if (groups.remove(group) && executor != null) {
            tell("- " + group + "\n");
        }
    }

    private void tell(String line) {
        Process listening = executor;
        if (listening == null || !listening.isAlive()) {
            // A new one is told everything that is known, so this line too.
            start();
        } else {
            write(listening, line);
        }
    }

    private void start() {
        if (!Files.isExecutable(SHELL) || !Files.isExecutable(ServerProcess.SETSID)) {
            return;
        }
        ProcessBuilder builder = new ProcessBuilder(
                        List.of(ServerProcess.SETSID.toString(), "--", SHELL.toString(), "-c", EXECUTOR))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().clear();
        builder.environment().putAll(Map.of("PATH", "/usr/bin:/bin"));
        try {
            Process started = builder.start();
            executor = started;
            groups.forEach(group -> write(started, "+ " + group + "\n"));
        } catch (IOException none) {
            LOGGER.warn("servers' processes may stay behind if the gateway is killed: {}", none.getMessage());
        }
    }

    private static void write(Process listening, String line) {
        try {
            listening.getOutputStream().write(line.getBytes(StandardCharsets.US_ASCII));
            listening.getOutputStream().flush();
        } catch (IOException gone) {
            LOGGER.debug("the shell that ends orphaned servers has ended itself");
        }
    }

    /** After the processes were stopped; whatever is left of them ends now. */
    @Override
    public synchronized void close() {
        closed = true;
        if (executor != null) {
            try {
                executor.getOutputStream().close();
            } catch (IOException gone) {
                LOGGER.debug("the shell that ends orphaned servers has ended itself");
            }
        }
    }
}
