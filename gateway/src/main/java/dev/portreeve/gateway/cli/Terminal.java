package dev.portreeve.gateway.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where a command writes and what it knows of its surroundings; tests give their own. What it prints from elsewhere is
 * stripped of control characters, which could steer the reader's terminal.
 *
 * @param environment looks up a variable
 * @param colour whether text may be coloured
 */
public record Terminal(
        PrintWriter out, PrintWriter err, Function<String, @Nullable String> environment, boolean colour) {
    private static final String GREEN = "32";
    private static final String RED = "31";
    private static final String QUIET = "2";
    private static final int GAP = 2;

    /** The process's own. Colours need a terminal and are off when NO_COLOR is set to anything. */
    public static Terminal ofProcess() {
        String noColor = System.getenv("NO_COLOR");
        boolean colour =
                System.console() != null && System.console().isTerminal() && (noColor == null || noColor.isEmpty());
        return new Terminal(
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                System.getenv()::get,
                colour);
    }

    public void line(String text) {
        out.println(plain(text));
        out.flush();
    }

    public void good(String text) {
        out.println(paint(GREEN, text));
        out.flush();
    }

    public void bad(String text) {
        out.println(paint(RED, text));
        out.flush();
    }

    public void quiet(String text) {
        out.println(paint(QUIET, text));
        out.flush();
    }

    /** A note beside the result, which a pipe does not get. */
    public void note(String text) {
        err.println(plain(text));
        err.flush();
    }

    /** Columns as wide as their widest cell. */
    public void table(List<String> heads, List<List<String>> rows) {
        int[] widths = heads.stream().mapToInt(String::length).toArray();
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], plain(row.get(i)).length());
            }
        }
        quiet(row(heads, widths));
        rows.forEach(row -> line(row(row, widths)));
    }

    private static String row(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String cell = plain(cells.get(i));
            line.append(cell).append(" ".repeat(widths[i] - cell.length() + GAP));
        }
        return line.toString().stripTrailing();
    }

    private String paint(String code, String text) {
        return colour ? "\u001b[" + code + "m" + plain(text) + "\u001b[0m" : plain(text);
    }

    /** The text with control and direction characters made visible, line breaks kept. */
    static String plain(String text) {
        StringBuilder safe = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            int type = Character.getType(c);
            boolean hidden = (type == Character.CONTROL && c != '\n' && c != '\t')
                    || type == Character.FORMAT
                    || type == Character.SURROGATE;
            if (hidden) {
                safe.append("\\u{").append(Integer.toHexString(c)).append('}');
            } else {
                safe.appendCodePoint(c);
            }
        });
        return safe.toString();
    }

    static String orDash(@Nullable String text) {
        return text == null || text.isEmpty() ? "-" : text;
    }
}
