package dev.portreeve.gateway.file;

import java.time.Duration;

/**
 * A file that arrives. For one thread; {@link #write} and {@link #keep} block for a few statements of the database, and throw {@link
 * StoredFiles.Unavailable} where one fails. Closing forgets what was not kept, and never throws: what it cannot forget is swept later.
 */
public interface IncomingFile extends AutoCloseable {
    /** As callers will name it. */
    String id();

    /**
     * Adds to its content.
     *
     * @throws IllegalStateException beyond the bytes that room was taken for
     */
    void write(byte[] bytes, int offset, int length);

    /**
     * The file is whole and belongs to its member from now on; durable when it returns. Called once.
     *
     * @param name as its uploader calls it
     * @param lines that are not blank
     * @param life how long it is kept from now on
     */
    StoredFile keep(String name, long lines, Duration life);

    @Override
    void close();
}
