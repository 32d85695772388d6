package dev.portreeve.hub.wire;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads lines of bytes, none longer than a bound; a longer one is read to its end and handed over as its beginning and
 * end only. Used by one thread.
 */
public final class BoundedLines {
    private static final int BUFFER_BYTES = 16 * 1024;
    private static final int TAIL_BYTES = 256;

    private final InputStream in;
    private final int maxLineBytes;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int position;
    private int limit;

    public BoundedLines(InputStream in, int maxLineBytes) {
        this.in = in;
        this.maxLineBytes = maxLineBytes;
    }

    /**
     * One line without its end.
     *
     * @param tail empty unless the line was too long: then {@code bytes} is where it begins, and this where it ends
     */
    public record Line(byte[] bytes, byte[] tail, boolean tooLong) {}

    /** The next line, or {@code null} at the end; blocks. A last line without an end counts. */
    public @Nullable Line next() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        byte[] tail = new byte[0];
        boolean any = false;
        while (position < limit || fill()) {
            any = true;
            int end = indexOfNewline();
            int stop = end < 0 ? limit : end;
            int room = Math.min(stop - position, maxLineBytes - line.size());
            line.write(buffer, position, room);
            if (room < stop - position) {
                tail = join(tail, position + room, stop);
            }
            position = end < 0 ? limit : end + 1;
            if (end >= 0) {
                break;
            }
        }
        return any ? new Line(withoutReturn(line.toByteArray()), tail, tail.length > 0) : null;
    }

    private byte[] join(byte[] tail, int from, int to) {
        byte[] joined = Arrays.copyOf(tail, tail.length + to - from);
        System.arraycopy(buffer, from, joined, tail.length, to - from);
        return joined.length <= TAIL_BYTES
                ? joined
                : Arrays.copyOfRange(joined, joined.length - TAIL_BYTES, joined.length);
    }

    private boolean fill() throws IOException {
        position = 0;
        limit = Math.max(0, in.read(buffer));
        return limit > 0;
    }

    private int indexOfNewline() {
        for (int i = position; i < limit; i++) {
            if (buffer[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private static byte[] withoutReturn(byte[] line) {
        return line.length > 0 && line[line.length - 1] == '\r' ? Arrays.copyOf(line, line.length - 1) : line;
    }
}
