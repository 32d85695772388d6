package dev.portreeve.hub.wire;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the data of server-sent events; comments, ids, names and retry hints are skipped, as are events without data.
 * Used by one thread.
 */
public final class SseReader {
    private static final byte[] DATA = "data:".getBytes(StandardCharsets.US_ASCII);
    private static final String ID = "id:";
    private static final String RETRY = "retry:";
    private static final int MAX_FIELD_CHARS = 1024;
    private final BoundedLines lines;
    private final int maxEventBytes;
    private String lastId = "";
    private long retryMillis = -1;

    public SseReader(InputStream in, int maxEventBytes) {
        this.lines = new BoundedLines(in, maxEventBytes);
        this.maxEventBytes = maxEventBytes;
    }

    /**
     * The data of the next event, or {@code null} at the end of the stream; an event that the end cuts off is dropped.
     *
     * @throws TooLarge if an event has more bytes than allowed
     */
    public byte @Nullable [] next() throws IOException {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        boolean any = false;
        for (BoundedLines.Line line = lines.next(); line != null; line = lines.next()) {
            byte[] bytes = line.bytes();
            if (bytes.length == 0) {
                if (data.size() > 0) {
                    return data.toByteArray();
                }
                any = false;
            } else if (startsWithData(bytes)) {
                if (any) {
                    data.write('\n');
                }
                any = true;
                int from = bytes.length > DATA.length && bytes[DATA.length] == ' ' ? DATA.length + 1 : DATA.length;
                data.write(bytes, from, bytes.length - from);
            } else {
                heed(new String(bytes, 0, Math.min(bytes.length, MAX_FIELD_CHARS), StandardCharsets.UTF_8));
            }
            if (line.tooLong() || data.size() > maxEventBytes) {
                throw new TooLarge("an event has more than " + maxEventBytes + " bytes");
            }
        }
        return null;
    }

    private void heed(String line) {
        if (line.startsWith(ID) && line.length() < MAX_FIELD_CHARS && line.indexOf('\0') < 0) {
            lastId = line.substring(ID.length()).strip();
        } else if (line.startsWith(RETRY)
                && line.substring(RETRY.length()).strip().matches("\\d{1,9}")) {
            retryMillis = Long.parseLong(line.substring(RETRY.length()).strip());
        }
    }

    /** The id of the last event that had one; empty if none had. */
    public String lastId() {
        return lastId;
    }

    /** After which the server wants to be asked again when the stream is over, if it said so. */
    public Optional<Duration> retry() {
        return retryMillis < 0 ? Optional.empty() : Optional.of(Duration.ofMillis(retryMillis));
    }

    private static boolean startsWithData(byte[] line) {
        if (line.length < DATA.length) {
            return false;
        }
        for (int i = 0; i < DATA.length; i++) {
            if (line[i] != DATA[i]) {
                return false;
            }
        }
        return true;
    }

    /** The stream holds more than the gateway takes. */
    public static final class TooLarge extends IOException {
        private static final long serialVersionUID = 1L;

        TooLarge(String message) {
            super(message);
        }
    }
}
