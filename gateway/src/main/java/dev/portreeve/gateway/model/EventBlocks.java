package dev.portreeve.gateway.model;

import dev.portreeve.gateway.dialect.EventScan;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads an event stream in blocks: the whole events that have arrived, in their very bytes. A block is as long as what one
 * read brought, so nothing waits for more, and a slow reader gets few large blocks. For the call's thread.
 */
final class EventBlocks implements EventInput {
    private static final int FIRST_SIZE = 8 * 1024;

    private final InputStream in;
    private final int maxEventBytes;
    private byte[] buffer = new byte[FIRST_SIZE];
    private int filled;

    EventBlocks(InputStream in, int maxEventBytes) {
        this.in = in;
        this.maxEventBytes = maxEventBytes;
    }

    /** An event is longer than allowed. */
    static final class EventTooLong extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /** The stream ended inside an event. */
    static final class EventCut extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /**
     * The next whole events; blocks until there is one.
     *
     * @return {@code null} at the proper end of the stream
     */
    @Override
    public byte @Nullable [] next() throws IOException {
        while (true) {
            int whole = wholeEvents();
            if (whole > 0) {
                return take(whole);
            }
            if (filled == buffer.length) {
                grow();
            }
            int read = in.read(buffer, filled, buffer.length - filled);
            if (read < 0) {
                return rest();
            }
            filled += read;
        }
    }

    private int wholeEvents() {
        EventScan scan = new EventScan(buffer, 0, filled);
        int whole = 0;
        while (scan.next()) {
            whole = scan.end();
        }
        return whole;
    }

    private byte[] take(int length) {
        byte[] block = Arrays.copyOf(buffer, length);
        filled -= length;
        System.arraycopy(buffer, length, buffer, 0, filled);
        return block;
    }

    /** Nothing but line ends may be left; some servers end their last event with one line end only. */
    private byte @Nullable [] rest() throws IOException {
        if (filled == 0) {
            return null;
        }
        for (int i = 0; i < filled; i++) {
            if (buffer[i] != '\n' && buffer[i] != '\r') {
                throw new EventCut();
            }
        }
        return null;
    }

    private void grow() throws IOException {
        if (buffer.length >= maxEventBytes) {
            throw new EventTooLong();
        }
        buffer = Arrays.copyOf(buffer, (int) Math.min(maxEventBytes, buffer.length * 2L));
    }
}
