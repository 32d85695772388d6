package dev.portreeve.hub.south;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;

/** The last lines a server wrote to its error stream, bounded; one thread adds, any thread reads. */
final class StderrTail {
    private static final int MAX_LINES = 50;
    private static final int MAX_SHOWN_CHARS = 300;
    private final ArrayDeque<String> lines = new ArrayDeque<>();

    synchronized void add(byte[] line) {
        if (lines.size() == MAX_LINES) {
            lines.removeFirst();
        }
        lines.addLast(new String(line, StandardCharsets.UTF_8));
    }

    /** The last lines, oldest first, each cut and without control characters. */
    synchronized List<String> lines() {
        return lines.stream().map(StderrTail::shown).toList();
    }

    /** The line that says most: the last one that speaks of an error, or else the last one, cut, without control characters. */
    synchronized String lastLine() {
        List<String> spoken =
                lines.reversed().stream().filter(line -> !line.isBlank()).toList();
        // Node ends every failure with its version, Java with a stack trace.
        return spoken.stream()
                .filter(line -> line.toLowerCase(Locale.ROOT).contains("error"))
                .findFirst()
                .or(() -> spoken.stream().findFirst())
                .map(StderrTail::shown)
                .orElse("");
    }

    private static String shown(String line) {
        String plain = line.replaceAll("\\p{Cntrl}", "").strip();
        return plain.length() <= MAX_SHOWN_CHARS ? plain : plain.substring(0, MAX_SHOWN_CHARS) + "…";
    }
}
