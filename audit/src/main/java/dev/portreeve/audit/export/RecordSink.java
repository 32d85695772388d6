package dev.portreeve.audit.export;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** Takes records and writes them in one form. For one export, on one thread; blocks as the file does. */
interface RecordSink {
    /**
     * The next record.
     *
     * @param index its place in its tenant's log
     */
    void take(byte[] leaf, long index) throws IOException;

    /**
     * After the last.
     *
     * @param ranges which they were
     */
    void end(List<LogRange> ranges) throws IOException;

    /** One that writes lines. */
    static RecordSink of(RecordLines lines, OutputStream out) throws IOException {
        out.write(lines.heading());
        return new RecordSink() {
            @Override
            public void take(byte[] leaf, long index) throws IOException {
                out.write(lines.line(leaf, index));
            }

            @Override
            public void end(List<LogRange> ranges) {
                // Lines have no end.
            }
        };
    }
}
