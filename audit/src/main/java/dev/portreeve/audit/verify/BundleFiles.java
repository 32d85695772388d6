package dev.portreeve.audit.verify;

import java.io.IOException;
import java.io.InputStream;
import java.util.Set;

/** The files of a bundle somebody handed over. Whatever it is, reading it needs bounded memory and touches no other file. */
interface BundleFiles extends AutoCloseable {
    /** More names than this are no bundle. */
    int MOST_FILES = 600_000;

    /**
     * The names of all files.
     *
     * @throws IllegalArgumentException if a name is there twice, or may lead elsewhere
     */
    Set<String> names() throws IOException;

    /**
     * The bytes of one of them.
     *
     * @throws java.nio.file.NoSuchFileException there is no such file
     */
    InputStream open(String name) throws IOException;

    @Override
    void close() throws IOException;
}
