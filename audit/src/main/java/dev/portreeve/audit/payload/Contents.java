package dev.portreeve.audit.payload;

import dev.portreeve.audit.Facts;
import dev.portreeve.audit.SealedPayload;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Contents on their way to be kept: bytes as they are, or texts as lines of JSON. Commits to all of them and keeps their beginning up to
 * a bound. One at a time; different threads may take turns.
 *
 * <p>The commitment is HMAC-SHA-256 under a random blind, so that nobody can find short contents by guessing; the blind is sealed
 * with them, and goes with them.
 */
public final class Contents {
    static final String ALGORITHM = "HMAC-SHA-256";
    static final int BLIND_BYTES = 32;
    private static final String MAC = "HmacSHA256";
    private static final HexFormat HEX = HexFormat.of();

    private final Keep keep;
    private final int most;
    private final byte[] blind = new byte[BLIND_BYTES];
    private final Mac whole;
    private final Mac beginning;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private long length;
    private String channel = "";
    private boolean inLine;
    private char half;

    /**
     * @param keep not {@link Keep#NONE}
     * @param most bytes that are kept; 0 for {@link Keep#DIGEST}
     */
    public Contents(Keep keep, int most, SecureRandom random) {
        this.keep = keep;
        this.most = keep == Keep.DIGEST ? 0 : most;
        random.nextBytes(blind);
        this.whole = mac(blind);
        this.beginning = mac(blind);
    }

    static Mac mac(byte[] blind) {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(new SecretKeySpec(blind, MAC));
            return mac;
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("this Java runtime has no " + MAC, missing);
        }
    }

    /** Adds bytes as they are. */
    public synchronized void bytes(byte[] bytes) {
        whole.update(bytes);
        length += bytes.length;
        int room = Math.min(bytes.length, most - kept.size());
        if (room > 0) {
            beginning.update(bytes, 0, room);
            kept.write(bytes, 0, room);
        }
    }

    /**
     * Adds text: a line {@code {"channel":…,"text":…}} for each run of pieces of one channel, whatever the pieces are.
     *
     * @param of names the text that this continues
     */
    public synchronized void text(String of, String piece) {
        if (piece.isEmpty()) {
            return;
        }
        if (!inLine || !channel.equals(of)) {
            endLine();
            channel = of;
            inLine = true;
            bytes(utf8("{\"channel\":\"" + escaped(of) + "\",\"text\":\""));
        }
        String text = half == 0 ? piece : half + piece;
        half = 0;
        if (Character.isHighSurrogate(text.charAt(text.length() - 1))) {
            half = text.charAt(text.length() - 1);
            text = text.substring(0, text.length() - 1);
        }
        bytes(utf8(escaped(text)));
    }

    private void endLine() {
        if (inLine) {
            inLine = false;
            bytes(utf8(half == 0 ? "\"}\n" : "\uFFFD\"}\n"));
            half = 0;
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            switch (unit) {
                case '"' -> escaped.append("\\\"");
                case '\\' -> escaped.append("\\\\");
                case '\n' -> escaped.append("\\n");
                case '\r' -> escaped.append("\\r");
                case '\t' -> escaped.append("\\t");
                default -> {
                    if (unit < 0x20) {
                        escaped.append(String.format(Locale.ROOT, "\\u%04x", (int) unit));
                    } else if (isLone(text, i)) {
                        escaped.append('\uFFFD');
                    } else {
                        escaped.append(unit);
                    }
                }
            }
        }
        return escaped.toString();
    }

    private static boolean isLone(String text, int i) {
        char unit = text.charAt(i);
        if (Character.isHighSurrogate(unit)) {
            return i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
        }
        return Character.isLowSurrogate(unit) && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
    }

    /** What is stored and what the record says of it; once, at the end. */
    public synchronized Kept seal(String tenant, String name, SubjectKey key, SecureRandom random) {
        endLine();
        Facts commitment = new Facts()
                .put("alg", ALGORITHM)
                .put("keep", keep.name().toLowerCase(Locale.ROOT))
                .put("len", length)
                .put("commit", HEX.formatHex(whole.doFinal()));
        if (keep != Keep.DIGEST && kept.size() < length) {
            commitment.put("kept", kept.size()).put("kept_commit", HEX.formatHex(beginning.doFinal()));
        }
        byte[] plain = new byte[BLIND_BYTES + kept.size()];
        System.arraycopy(blind, 0, plain, 0, BLIND_BYTES);
        System.arraycopy(kept.toByteArray(), 0, plain, BLIND_BYTES, kept.size());
        return new Kept(new SealedPayload(name, key.id(), key.seal(tenant, name, plain, random)), commitment);
    }

    /**
     * Contents that can be stored.
     *
     * @param commitment for the record
     */
    public record Kept(SealedPayload payload, Facts commitment) {}
}
