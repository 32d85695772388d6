package dev.portreeve.audit.log;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The lines of a file as bytes, one at a time; a line has a bound, a file has none. */
final class ExportedLines implements AutoCloseable {
    private static final int LONGEST = 64 * 1024;
    private final Path file;
    private final InputStream in;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(1024);

    ExportedLines(Path file) throws IOException {
        this.file = file;
        this.in = new BufferedInputStream(Files.newInputStream(file), LONGEST);
    }

    /** The next line without its line feed, or {@code null} after the last. */
    byte @Nullable [] next() {
        line.reset();
        try {
            int unit = in.read();
            if (unit < 0) {
                return null;
            }
            for (; unit >= 0 && unit != '\n'; unit = in.read()) {
                if (line.size() == LONGEST) {
                    throw new IOException("'" + file + "' has a line longer than " + LONGEST + " bytes");
                }
                line.write(unit);
            }
            return line.toByteArray();
        } catch (IOException e) {
            throw new UnreadableLog(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
