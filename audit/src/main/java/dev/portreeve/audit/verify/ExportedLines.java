package dev.portreeve.audit.verify;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The lines of a file as bytes, one at a time; a line has a bound, a file has none. */
final class ExportedLines implements AutoCloseable {
    private static final int LONGEST = 64 * 1024;
    private final String file;
    private final InputStream in;
    private final byte[] buffer = new byte[2 * LONGEST];
    private int start;
    private int end;

    ExportedLines(String file, InputStream in) {
        this.file = file;
        this.in = in;
    }

    /** The next line without its line feed, or {@code null} after the last. */
    byte @Nullable [] next() {
        int scanned = start;
        while (true) {
            for (; scanned < end; scanned++) {
                if (buffer[scanned] == '\n') {
                    return line(scanned, 1);
                }
            }
            if (end - start > LONGEST) {
                throw new UnreadableLog(
                        "'" + file + "' has a line longer than " + LONGEST + " bytes",
                        new IOException("line too long"));
            }
            scanned -= start;
            if (!fill()) {
                return start == end ? null : line(end, 0);
            }
            scanned += start;
        }
    }

    private byte[] line(int lineEnd, int feed) {
        byte[] line = Arrays.copyOfRange(buffer, start, lineEnd);
        start = lineEnd + feed;
        return line;
    }

    /** Moves what is left to the front and reads more. */
    private boolean fill() {
        System.arraycopy(buffer, start, buffer, 0, end - start);
        end -= start;
        start = 0;
        try {
            int read = in.read(buffer, end, buffer.length - end);
            end += Math.max(0, read);
            return read > 0;
        } catch (IOException e) {
            throw new UnreadableLog(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
