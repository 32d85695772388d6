package dev.portreeve.audit.anchor;

import java.io.IOException;
import java.net.URI;

/** Sends one HTTP request to an anchor: bounded in time and in what is read, no redirects. Thread-safe; blocks. */
@FunctionalInterface
public interface AnchorPost {
    /** The most bytes of an answer that are read. */
    int MOST_BYTES = 64 * 1024;

    /**
     * What came back.
     *
     * @param body at most {@link #MOST_BYTES}
     */
    record Answer(int status, byte[] body) {}

    /**
     * Posts a body.
     *
     * @throws IOException if there is no answer in time, or one that is too long
     */
    Answer post(URI url, String contentType, byte[] body) throws IOException;
}
