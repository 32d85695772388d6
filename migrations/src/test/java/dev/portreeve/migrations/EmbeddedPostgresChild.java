package dev.portreeve.migrations;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A program with an embedded database, for tests that kill it or run it as another user.
 *
 * <p>Takes the data folder as its argument, says {@code ready} when the database answers, and stops in order when its
 * standard input ends.
 */
final class EmbeddedPostgresChild {
    private EmbeddedPostgresChild() {}

    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(Path.of(args[0]), out::println)) {
            Rows.add(postgres.owner(), 1);
            out.println("ready");
            while (System.in.read() >= 0) {}
        }
        out.println("stopped");
    }
}
