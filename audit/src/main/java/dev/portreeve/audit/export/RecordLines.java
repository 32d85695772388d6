package dev.portreeve.audit.export;

import java.nio.charset.StandardCharsets;

/** Writes records as lines of one form. A line holds no line feed but its last byte, whatever stands in the record. */
public interface RecordLines {
    /** What stands before the first record. */
    default byte[] heading() {
        return new byte[0];
    }

    /**
     * The line of a record, with its line feed.
     *
     * @param index its place in its tenant's log
     */
    byte[] line(byte[] leaf, long index);

    /** A line of text as bytes. */
    static byte[] bytes(String line) {
        return line.getBytes(StandardCharsets.UTF_8);
    }
}
