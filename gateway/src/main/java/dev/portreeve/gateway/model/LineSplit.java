package dev.portreeve.gateway.model;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** The lines of a stream that are not blank, one in memory at a time. For one thread. */
public final class LineSplit {
    private static final int BUFFER_BYTES = 32 * 1024;

    private final InputStream in;
    private final int longest;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int from;
    private int to;
    private long number;

    /** @param longest line in bytes; one that is longer is an {@link IOException} */
    public LineSplit(InputStream in, int longest) {
        this.in = in;
        this.longest = longest;
    }

    /** The next line without its end, or {@code null} after the last one. Blocks for the stream. */
    public byte @Nullable [] next() throws IOException {
        while (true) {
            byte[] line = line();
            if (line == null || !isBlank(line)) {
                return line;
            }
        }
    }

    /** Which line {@link #next} gave, from 1; blank ones are counted too. */
    public long number() {
        return number;
    }

    private byte @Nullable [] line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        boolean any = false;
        while (true) {
            if (from == to) {
                from = 0;
                to = Math.max(0, in.read(buffer));
                if (to == 0) {
                    number += any ? 1 : 0;
                    return any ? line.toByteArray() : null;
                }
            }
            any = true;
            int end = from;
            while (end < to && buffer[end] != '\n') {
                end++;
            }
            line.write(buffer, from, end - from);
            if (line.size() > longest) {
                throw new IOException("line " + (number + 1) + " is longer than " + longest + " bytes");
            }
            boolean whole = end < to;
            from = whole ? end + 1 : end;
            if (whole) {
                number++;
                return line.toByteArray();
            }
        }
    }

    private static boolean isBlank(byte[] line) {
        for (byte b : line) {
            if (b != ' ' && b != '\t' && b != '\r') {
                return false;
            }
        }
        return true;
    }
}
