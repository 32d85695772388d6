package dev.portreeve.audit.export;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** A whole file of consecutive records of one tenant, in one form, made in memory: for batches. Ends once; for one thread. */
public final class RecordFile {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final RecordSink sink;

    public RecordFile(RecordFormat format) {
        try {
            this.sink = format.sink(bytes);
        } catch (IOException memory) {
            throw new UncheckedIOException("memory takes what is written", memory);
        }
    }

    /** The next record; as {@link RecordLines#line}. */
    public void take(byte[] leaf, long index) {
        try {
            sink.take(leaf, index);
        } catch (IOException memory) {
            throw new UncheckedIOException("memory takes what is written", memory);
        }
    }

    /**
     * The file, with a heading or an end where its form has one.
     *
     * @param end one more than the last index
     */
    public byte[] end(String tenant, long first, long end) {
        try {
            sink.end(List.of(new LogRange(tenant, first, end, LogRange.NO_HEAD)));
            return bytes.toByteArray();
        } catch (IOException memory) {
            throw new UncheckedIOException("memory takes what is written", memory);
        }
    }
}
