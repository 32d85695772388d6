package dev.portreeve.gateway.idempotency;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * A completed answer as it left, to be given again byte for byte. Its status was 200: nothing else is kept.
 *
 * @param headers of the provider that were passed on
 * @param body what left before the end: a whole unary answer, or the events of a stream
 * @param ending the event that ended a stream; empty for a unary answer
 */
public record KeptAnswer(String contentType, Map<String, String> headers, byte[] body, byte[] ending) {
    private static final byte VERSION = 1;

    public KeptAnswer {
        headers = Map.copyOf(headers);
    }

    byte[] encoded() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(body.length + ending.length + 256);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            write(out, contentType.getBytes(StandardCharsets.UTF_8));
            out.writeInt(headers.size());
            for (Map.Entry<String, String> header : new TreeMap<>(headers).entrySet()) {
                write(out, header.getKey().getBytes(StandardCharsets.UTF_8));
                write(out, header.getValue().getBytes(StandardCharsets.UTF_8));
            }
            write(out, body);
            write(out, ending);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    private static void write(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    /** @throws IllegalArgumentException for bytes that are no answer of this version */
    static KeptAnswer decoded(byte[] bytes) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            if (in.readByte() != VERSION) {
                throw new IllegalArgumentException("a kept answer of another version");
            }
            String contentType = text(in);
            Map<String, String> headers = new TreeMap<>();
            for (int left = in.readInt(); left > 0; left--) {
                String name = text(in);
                headers.put(name, text(in));
            }
            byte[] body = in.readNBytes(in.readInt());
            return new KeptAnswer(contentType, headers, body, in.readNBytes(in.readInt()));
        } catch (IOException cut) {
            throw new IllegalArgumentException("a kept answer was cut", cut);
        }
    }

    private static String text(DataInputStream in) throws IOException {
        return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
    }
}
