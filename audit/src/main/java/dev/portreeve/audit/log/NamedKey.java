package dev.portreeve.audit.log;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One public key under a name (C2SP signed-note): {@code name+id+base64}. One that stopped signing has a day or time behind it from
 * which it counts no more: {@code name+id+base64@2027-01-31}. Thread-safe.
 */
final class NamedKey {
    /** What a key signs, and how. */
    enum Type {
        /** A text. */
        ED25519(1, "Ed25519", "302a300506032b6570032100", 32),
        /** A head and a time: a witness. */
        ED25519_COSIGNATURE(4, "Ed25519", "302a300506032b6570032100", 32),
        /** A head and a time: a witness, or the log itself with its post-quantum key. */
        ML_DSA_44(6, "ML-DSA-44", "30820532300b06096086480165030403110382052100", 1312);

        private final byte code;
        private final String algorithm;
        /** DER of a SubjectPublicKeyInfo, up to the key itself. */
        private final String spki;

        private final int bytes;

        Type(int code, String algorithm, String spki, int bytes) {
            this.code = (byte) code;
            this.algorithm = algorithm;
            this.spki = spki;
            this.bytes = bytes;
        }

        String algorithm() {
            return algorithm;
        }
    }

    private final String name;
    private final Type type;
    private final byte[] key;
    private final PublicKey publicKey;
    private final int id;
    private final @Nullable Instant until;

    NamedKey(String name, Type type, byte[] key) {
        this(name, type, key, null);
    }

    private NamedKey(String name, Type type, byte[] key, @Nullable Instant until) {
        if (name.isEmpty() || name.chars().anyMatch(c -> c == '+' || Character.isWhitespace(c) || c < ' ')) {
            throw new IllegalArgumentException("\"" + name + "\" cannot name a key: no spaces and no plus, please");
        }
        this.name = name;
        this.type = type;
        this.key = key.clone();
        try {
            byte[] spki = HexFormat.of().parseHex(type.spki);
            byte[] encoded = Arrays.copyOf(spki, spki.length + type.bytes);
            System.arraycopy(key, 0, encoded, spki.length, type.bytes);
            publicKey = KeyFactory.getInstance(type.algorithm).generatePublic(new X509EncodedKeySpec(encoded));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("not a key of type " + type.algorithm, e);
        }
        this.id = idAs(name);
        this.until = until;
    }

    /** The four bytes that tell this key from others, under a name. */
    int idAs(String other) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update((other + "\n").getBytes(StandardCharsets.UTF_8));
            sha256.update(type.code);
            return ByteBuffer.wrap(sha256.digest(key)).getInt();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    static NamedKey of(String name, Type type, PublicKey key) {
        byte[] encoded = key.getEncoded();
        return new NamedKey(name, type, Arrays.copyOfRange(encoded, encoded.length - type.bytes, encoded.length));
    }

    /** @throws IllegalArgumentException with a message for the one who typed it */
    static NamedKey parse(String text) {
        int at = text.lastIndexOf('@');
        String[] parts = (at < 0 ? text : text.substring(0, at)).split("\\+", 3);
        if (parts.length == 3) {
            byte[] bytes = Base64.getDecoder().decode(parts[2]);
            for (Type type : Type.values()) {
                if (bytes.length == 1 + type.bytes && bytes[0] == type.code) {
                    NamedKey key = new NamedKey(parts[0], type, Arrays.copyOfRange(bytes, 1, bytes.length));
                    if (key.idText().equals(parts[1])) {
                        return at < 0 ? key : key.until(time(text.substring(at + 1)));
                    }
                }
            }
        }
        throw new IllegalArgumentException("\"" + text + "\" is not a verifier key: it looks like name+id+base64");
    }

    private static Instant time(String text) {
        try {
            return text.indexOf('T') < 0
                    ? LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC)
                    : Instant.parse(text);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "\"" + text
                            + "\" behind a verifier key is no time: it looks like 2027-01-31 or 2027-01-31T12:00:00Z",
                    e);
        }
    }

    /** The same key, which counts for nothing from then on. */
    NamedKey until(@Nullable Instant time) {
        return Objects.equals(time, until) ? this : new NamedKey(name, type, key, time);
    }

    /** When it stopped signing; {@code null} if that is not known, or it still signs. */
    @Nullable
    Instant until() {
        return until;
    }

    String name() {
        return name;
    }

    Type type() {
        return type;
    }

    int id() {
        return id;
    }

    NamedKey named(String other) {
        return new NamedKey(other, type, key, until);
    }

    boolean sameKey(NamedKey other) {
        return type == other.type && Arrays.equals(key, other.key);
    }

    /** Whether a signature line says to be of this key. */
    boolean isNamed(SignedNote.Signature signature) {
        return signature.name().equals(name) && signature.keyId() == id;
    }

    boolean verifies(String text, byte[] bytes) {
        try {
            return switch (type) {
                case ED25519 -> verifies(text.getBytes(StandardCharsets.UTF_8), bytes, type.algorithm);
                case ED25519_COSIGNATURE -> {
                    Cosigned cosigned = Cosigned.parse(bytes);
                    byte[] message = Cosigned.ed25519Message(cosigned.time(), text);
                    yield cosigned.time() > 0 && verifies(message, cosigned.signature(), type.algorithm);
                }
                case ML_DSA_44 -> {
                    Cosigned cosigned = Cosigned.parse(bytes);
                    byte[] message = Cosigned.mlDsaMessage(name, cosigned.time(), Checkpoint.parse(text));
                    yield cosigned.time() > 0 && verifies(message, cosigned.signature(), type.algorithm);
                }
            };
        } catch (IllegalArgumentException notOne) {
            return false;
        }
    }

    private boolean verifies(byte[] message, byte[] bytes, String algorithm) {
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initVerify(publicKey);
            signature.update(message);
            return signature.verify(bytes);
        } catch (GeneralSecurityException e) {
            // The JDK throws where others return false: wrong length, a point that is not on the curve.
            return false;
        }
    }

    private String idText() {
        return HexFormat.of().toHexDigits(id);
    }

    @Override
    public String toString() {
        byte[] bytes = new byte[1 + type.bytes];
        bytes[0] = type.code;
        System.arraycopy(key, 0, bytes, 1, type.bytes);
        String plain = name + "+" + idText() + "+" + Base64.getEncoder().encodeToString(bytes);
        if (until == null) {
            return plain;
        }
        boolean day = until.equals(until.truncatedTo(ChronoUnit.DAYS));
        return plain + "@" + (day ? LocalDate.ofInstant(until, ZoneOffset.UTC) : until);
    }
}
