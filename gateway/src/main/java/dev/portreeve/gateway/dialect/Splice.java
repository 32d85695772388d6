package dev.portreeve.gateway.dialect;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import tools.jackson.core.io.JsonStringEncoder;

/**
 * Changes to a body, collected in any order and applied in one copy; bytes between them stay as they are (INV-6). Without
 * a change the very same array comes back. For one thread.
 */
public final class Splice {
    private record Edit(int start, int end, byte[] replacement) {}

    private final byte[] original;
    private final List<Edit> edits = new ArrayList<>(4);

    public Splice(byte[] original) {
        this.original = original;
    }

    /** Puts JSON source in the place of {@code span}. */
    public Splice replace(Span span, String json) {
        edits.add(new Edit(span.start(), span.end(), json.getBytes(StandardCharsets.UTF_8)));
        return this;
    }

    /** Puts JSON source before the byte at {@code offset}. */
    public Splice insert(int offset, String json) {
        return replace(new Span(offset, offset), json);
    }

    /** Puts a string, quoted and escaped, in the place of {@code span}. */
    public Splice replaceString(Span span, String text) {
        edits.add(new Edit(span.start(), span.end(), quoted(text)));
        return this;
    }

    /** Leaves out what is in {@code span}. */
    public Splice remove(Span span) {
        edits.add(new Edit(span.start(), span.end(), new byte[0]));
        return this;
    }

    public boolean isEmpty() {
        return edits.isEmpty();
    }

    /**
     * The body with all changes.
     *
     * @throws IllegalStateException if two changes overlap
     */
    public byte[] apply() {
        if (edits.isEmpty()) {
            return original;
        }
        // Stable, so insertions at one place keep the order in which they were asked for.
        edits.sort(Comparator.comparingInt(Edit::start).thenComparingInt(Edit::end));
        byte[] spliced = new byte[resultLength()];
        int from = 0;
        int to = 0;
        for (Edit edit : edits) {
            if (edit.start < from) {
                throw new IllegalStateException("two changes overlap at byte " + edit.start);
            }
            int kept = edit.start - from;
            System.arraycopy(original, from, spliced, to, kept);
            System.arraycopy(edit.replacement, 0, spliced, to + kept, edit.replacement.length);
            to += kept + edit.replacement.length;
            from = edit.end;
        }
        System.arraycopy(original, from, spliced, to, original.length - from);
        return spliced;
    }

    private int resultLength() {
        int length = original.length;
        for (Edit edit : edits) {
            length = Math.addExact(length, edit.replacement.length - (edit.end - edit.start));
        }
        return length;
    }

    /** A string as JSON source in UTF-8, with its quotes. */
    static byte[] quoted(String text) {
        byte[] escaped = JsonStringEncoder.getInstance().quoteAsUTF8(text);
        byte[] quoted = new byte[escaped.length + 2];
        quoted[0] = '"';
        System.arraycopy(escaped, 0, quoted, 1, escaped.length);
        quoted[quoted.length - 1] = '"';
        return quoted;
    }
}
