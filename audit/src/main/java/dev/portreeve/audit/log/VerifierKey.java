package dev.portreeve.audit.log;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * The public half of a log's key, under a name (C2SP signed-note, Ed25519). Written {@code name+id+base64}. The log signs
 * each tenant's checkpoints with one key under the name of that tenant's tree, as C2SP wants it: see {@link #forTenant}.
 */
public final class VerifierKey {
    /** What a note turned out to be. */
    public enum Check {
        VALID,
        /** There is a signature under this key's name and id, and it is wrong. */
        INVALID,
        /** Somebody else signed. */
        OTHER_KEY
    }

    private static final byte ED25519 = 1;
    private static final int KEY_BYTES = 32;
    /** DER of a SubjectPublicKeyInfo for Ed25519 (RFC 8410), up to the key itself. */
    private static final byte[] SPKI = HexFormat.of().parseHex("302a300506032b6570032100");

    private final String name;
    private final byte[] key;
    private final PublicKey publicKey;
    private final int id;

    VerifierKey(String name, byte[] key) {
        if (name.isEmpty() || name.chars().anyMatch(c -> c == '+' || Character.isWhitespace(c) || c < ' ')) {
            throw new IllegalArgumentException("\"" + name + "\" cannot name a key: no spaces and no plus, please");
        }
        this.name = name;
        this.key = key.clone();
        try {
            byte[] encoded = Arrays.copyOf(SPKI, SPKI.length + KEY_BYTES);
            System.arraycopy(key, 0, encoded, SPKI.length, KEY_BYTES);
            publicKey = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update((name + "\n").getBytes(StandardCharsets.UTF_8));
            sha256.update(ED25519);
            byte[] digest = sha256.digest(key);
            id = ByteBuffer.wrap(digest).getInt();
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("not an Ed25519 key", e);
        }
    }

    static VerifierKey of(String name, PublicKey key) {
        byte[] encoded = key.getEncoded();
        return new VerifierKey(name, Arrays.copyOfRange(encoded, encoded.length - KEY_BYTES, encoded.length));
    }

    /**
     * Reads {@code name+id+base64}.
     *
     * @throws IllegalArgumentException with a message for the one who typed it
     */
    public static VerifierKey parse(String text) {
        String[] parts = text.strip().split("\\+", 3);
        if (parts.length == 3) {
            byte[] bytes = Base64.getDecoder().decode(parts[2]);
            if (bytes.length == 1 + KEY_BYTES && bytes[0] == ED25519) {
                VerifierKey key = new VerifierKey(parts[0], Arrays.copyOfRange(bytes, 1, bytes.length));
                if (key.idText().equals(parts[1])) {
                    return key;
                }
            }
        }
        throw new IllegalArgumentException(
                "\"" + text.strip() + "\" is not a verifier key: it looks like name+id+base64");
    }

    public String name() {
        return name;
    }

    int id() {
        return id;
    }

    /** The same key under the name of a tenant's tree. */
    public VerifierKey forTenant(String tenant) {
        return named(TenantName.origin(name, tenant));
    }

    /** The same key under the name of one of its log's trees; as it is where this is the origin of another log. */
    public VerifierKey forOrigin(String origin) {
        return origin.startsWith(name + "/") ? named(origin) : this;
    }

    VerifierKey named(String other) {
        return new VerifierKey(other, key);
    }

    public boolean sameKey(VerifierKey other) {
        return Arrays.equals(key, other.key);
    }

    /** Whether this key signed the note. Thread-safe. */
    public Check check(SignedNote note) {
        boolean found = false;
        for (SignedNote.Signature signature : note.signatures()) {
            if (signature.name().equals(name) && signature.keyId() == id) {
                if (!verifies(note.text(), signature.bytes())) {
                    return Check.INVALID;
                }
                found = true;
            }
        }
        return found ? Check.VALID : Check.OTHER_KEY;
    }

    private boolean verifies(String text, byte[] bytes) {
        try {
            Signature ed25519 = Signature.getInstance("Ed25519");
            ed25519.initVerify(publicKey);
            ed25519.update(text.getBytes(StandardCharsets.UTF_8));
            return ed25519.verify(bytes);
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
        byte[] bytes = new byte[1 + KEY_BYTES];
        bytes[0] = ED25519;
        System.arraycopy(key, 0, bytes, 1, KEY_BYTES);
        return name + "+" + idText() + "+" + Base64.getEncoder().encodeToString(bytes);
    }
}
