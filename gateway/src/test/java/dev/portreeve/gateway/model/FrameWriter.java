package dev.portreeve.gateway.model;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** Writes frames of AWS's event stream, as Bedrock does. */
public final class FrameWriter {
    private FrameWriter() {}

    /** An event with a JSON payload. */
    public static byte[] event(String type, String json) {
        return frame(headers(":event-type", type, ":content-type", "application/json", ":message-type", "event"), json);
    }

    /** What a stream breaks with. */
    public static byte[] exception(String type, String json) {
        return frame(
                headers(":exception-type", type, ":content-type", "application/json", ":message-type", "exception"),
                json);
    }

    /** A whole stream of recorded events, one a line: the type, a blank, the payload. */
    public static byte[] stream(byte[] recorded) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (String line : new String(recorded, StandardCharsets.UTF_8).split("\n")) {
            int blank = line.indexOf(' ');
            if (blank > 0) {
                out.writeBytes(event(line.substring(0, blank), line.substring(blank + 1)));
            }
        }
        return out.toByteArray();
    }

    /** Headers that are all texts. */
    public static byte[] headers(String... namesAndValues) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            byte[] name = namesAndValues[i].getBytes(StandardCharsets.UTF_8);
            byte[] value = namesAndValues[i + 1].getBytes(StandardCharsets.UTF_8);
            out.write(name.length);
            out.writeBytes(name);
            out.write(7);
            out.write(value.length >> 8);
            out.write(value.length);
            out.writeBytes(value);
        }
        return out.toByteArray();
    }

    public static byte[] frame(byte[] headers, String payload) {
        byte[] body = payload.getBytes(StandardCharsets.UTF_8);
        int total = 16 + headers.length + body.length;
        ByteBuffer frame = ByteBuffer.allocate(total);
        frame.putInt(total).putInt(headers.length);
        frame.putInt(checksum(frame.array(), 8));
        frame.put(headers).put(body);
        frame.putInt(checksum(frame.array(), total - 4));
        return frame.array();
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
