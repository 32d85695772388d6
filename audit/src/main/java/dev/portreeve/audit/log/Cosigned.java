package dev.portreeve.audit.log;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What is signed with a time (C2SP tlog-cosignature): by witnesses, and by a log with its post-quantum key.
 *
 * @param time in seconds since 1970
 * @param signature over {@link #ed25519Message} or {@link #mlDsaMessage}
 */
record Cosigned(long time, byte[] signature) {
    private static final byte[] LABEL = "subtree/v1\n\0".getBytes(StandardCharsets.US_ASCII);
    private static final int LONGEST_NAME = 255;

    /**
     * Reads what stands in a signature line.
     *
     * @throws IllegalArgumentException if it is too short
     */
    static Cosigned parse(byte[] bytes) {
        if (bytes.length <= Long.BYTES) {
            throw new IllegalArgumentException("a cosignature has a time before it");
        }
        return new Cosigned(ByteBuffer.wrap(bytes).getLong(), Arrays.copyOfRange(bytes, Long.BYTES, bytes.length));
    }

    /** As it stands in a signature line. */
    byte[] bytes() {
        return ByteBuffer.allocate(Long.BYTES + signature.length)
                .putLong(time)
                .put(signature)
                .array();
    }

    /** What an Ed25519 cosignature is over. */
    static byte[] ed25519Message(long time, String text) {
        return ("cosignature/v1\ntime " + time + "\n" + text).getBytes(StandardCharsets.UTF_8);
    }

    /** What an ML-DSA-44 cosignature is over. */
    static byte[] mlDsaMessage(String cosigner, long time, Checkpoint head) {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.writeBytes(LABEL);
        name(message, cosigner);
        message.writeBytes(number(time));
        name(message, head.origin());
        message.writeBytes(number(0));
        message.writeBytes(number(head.size()));
        message.writeBytes(head.root());
        return message.toByteArray();
    }

    private static void name(ByteArrayOutputStream message, String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0 || bytes.length > LONGEST_NAME) {
            throw new IllegalArgumentException("a name in a cosignature has 1 to " + LONGEST_NAME + " bytes");
        }
        message.write(bytes.length);
        message.writeBytes(bytes);
    }

    private static byte[] number(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }
}
