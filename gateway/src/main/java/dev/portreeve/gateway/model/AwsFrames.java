package dev.portreeve.gateway.model;

import dev.portreeve.gateway.dialect.UnreadableAnswer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Reads the binary event stream of AWS ({@code application/vnd.amazon.eventstream}): frames of a prelude with the lengths, typed
 * headers, a payload and two checksums. Each frame becomes a server-sent event with the frame's type as its name and the
 * payload as its data; an exception's name is its type. For one call's thread.
 */
final class AwsFrames implements EventInput {
    private static final int FIRST_SIZE = 8 * 1024;
    private static final int PRELUDE = 12;
    private static final int CHECKED_PRELUDE = 8;
    private static final int CHECKSUM = 4;
    private static final int MAX_HEADERS = 128 * 1024;
    private static final long UNSIGNED = 0xffff_ffffL;
    /** What may be an event's name, so that no header can end its line. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,63}");

    private final InputStream in;
    private final int maxFrameBytes;
    private byte[] buffer = new byte[FIRST_SIZE];
    private int filled;

    AwsFrames(InputStream in, int maxFrameBytes) {
        this.in = in;
        this.maxFrameBytes = maxFrameBytes;
    }

    @Override
    public byte @Nullable [] next() throws IOException {
        while (true) {
            byte[] events = wholeFrames();
            if (events.length > 0) {
                return events;
            }
            if (filled == buffer.length) {
                buffer = Arrays.copyOf(buffer, (int) Math.min(maxFrameBytes, buffer.length * 2L));
            }
            int read = in.read(buffer, filled, buffer.length - filled);
            if (read < 0) {
                if (filled > 0) {
                    throw new EventBlocks.EventCut();
                }
                return null;
            }
            filled += read;
        }
    }

    /** Takes the frames that have arrived whole. */
    private byte[] wholeFrames() throws IOException {
        ByteArrayOutputStream events = new ByteArrayOutputStream();
        int start = 0;
        while (filled - start >= PRELUDE) {
            int length = length(start);
            if (filled - start < length) {
                break;
            }
            frame(ByteBuffer.wrap(buffer, start, length).slice(), events);
            start += length;
        }
        filled -= start;
        System.arraycopy(buffer, start, buffer, 0, filled);
        return events.toByteArray();
    }

    /** A frame's length from its prelude, which is checked before it is believed. */
    private int length(int start) throws IOException {
        ByteBuffer prelude = ByteBuffer.wrap(buffer, start, PRELUDE).slice();
        long total = prelude.getInt() & UNSIGNED;
        long headers = prelude.getInt() & UNSIGNED;
        require(checksum(buffer, start, CHECKED_PRELUDE), prelude.getInt());
        if (headers > MAX_HEADERS || total < PRELUDE + headers + CHECKSUM) {
            throw new UnreadableAnswer("a frame of the event stream has impossible lengths");
        }
        if (total > maxFrameBytes) {
            throw new EventBlocks.EventTooLong();
        }
        return (int) total;
    }

    private static void frame(ByteBuffer frame, ByteArrayOutputStream events) {
        int end = frame.limit() - CHECKSUM;
        require(checksum(frame.array(), frame.arrayOffset(), end), frame.getInt(end));
        int payload = PRELUDE + frame.getInt(CHECKSUM);
        Map<String, String> headers = headers(frame.slice(PRELUDE, payload - PRELUDE));
        String name = name(headers);
        events.writeBytes(("event: " + name + "\ndata: ").getBytes(StandardCharsets.US_ASCII));
        if (payload == end) {
            events.writeBytes(new byte[] {'{', '}'});
        }
        for (int i = payload; i < end; i++) {
            byte b = frame.get(i);
            // Between the members of JSON a line's end means nothing, and within a text there is none.
            events.write(b == '\n' || b == '\r' ? ' ' : b);
        }
        events.writeBytes(new byte[] {'\n', '\n'});
    }

    private static String name(Map<String, String> headers) {
        String name = switch (headers.getOrDefault(":message-type", "")) {
            case "event" -> headers.getOrDefault(":event-type", "");
            case "exception" -> headers.getOrDefault(":exception-type", "");
            case "error" -> "error";
            default -> "";
        };
        if (!NAME.matcher(name).matches()) {
            throw new UnreadableAnswer("a frame of the event stream does not say what it is");
        }
        return name;
    }

    /** The headers that are texts; the others are stepped over. */
    private static Map<String, String> headers(ByteBuffer bytes) {
        Map<String, String> headers = new HashMap<>();
        while (bytes.hasRemaining()) {
            String name = text(bytes, bytes.get() & 0xff);
            byte type = need(bytes, 1).get();
            switch (type) {
                case 0, 1 -> {}
                case 2 -> skip(bytes, Byte.BYTES);
                case 3 -> skip(bytes, Short.BYTES);
                case 4 -> skip(bytes, Integer.BYTES);
                case 5, 8 -> skip(bytes, Long.BYTES);
                case 6 -> skip(bytes, need(bytes, Short.BYTES).getShort() & 0xffff);
                case 7 -> headers.put(name, text(bytes, need(bytes, Short.BYTES).getShort() & 0xffff));
                case 9 -> skip(bytes, 2 * Long.BYTES);
                default -> throw new UnreadableAnswer("a header of the event stream has an unknown type");
            }
        }
        return headers;
    }

    private static String text(ByteBuffer bytes, int length) {
        byte[] text = new byte[length];
        need(bytes, length).get(text);
        return new String(text, StandardCharsets.UTF_8);
    }

    private static void skip(ByteBuffer bytes, int length) {
        need(bytes, length).position(bytes.position() + length);
    }

    private static ByteBuffer need(ByteBuffer bytes, int length) {
        if (bytes.remaining() < length) {
            throw new UnreadableAnswer("a header of the event stream is longer than all of them");
        }
        return bytes;
    }

    private static int checksum(byte[] bytes, int start, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, start, length);
        return (int) crc.getValue();
    }

    private static void require(int checksum, int said) {
        if (checksum != said) {
            throw new UnreadableAnswer("a checksum of the event stream does not hold");
        }
    }
}
