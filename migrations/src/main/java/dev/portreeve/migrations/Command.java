package dev.portreeve.migrations;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Short commands that are run to their end, with a bound on their time and on what they print. */
final class Command {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int OUTPUT_LIMIT_BYTES = 64 * 1024;

    private Command() {}

    /** What a command printed, on both streams, and how it ended. */
    record Result(int exit, String output) {
        boolean worked() {
            return exit == 0;
        }
    }

    /** Runs a command; one that cannot be started at all ends like the shell's, with 127. */
    static Result run(List<String> words) {
        ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
        // Messages are matched and shown: they should not change with the machine's language.
        builder.environment().put("LC_ALL", "C");
        // The caller's folder may be closed to the user that the command steps down to.
        builder.directory(new File("/"));
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            Thread.ofVirtual().start(() -> killWhenLate(process));
            byte[] output = process.getInputStream().readNBytes(OUTPUT_LIMIT_BYTES);
            process.getInputStream().transferTo(OutputStream.nullOutputStream());
            return new Result(exit(process), new String(output, StandardCharsets.UTF_8).strip());
        } catch (IOException e) {
            return new Result(127, String.valueOf(e.getMessage()));
        }
    }

    /** Not to be broken off by an interrupt: these commands also run while a stopped program tidies up. */
    private static int exit(Process process) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return process.waitFor();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void killWhenLate(Process process) {
        try {
            if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            throw new AssertionError("nobody knows this thread", e);
        }
    }
}
