package dev.portreeve.audit.log;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/** One private key and its public half. Thread-safe. */
record SigningKey(PrivateKey privateKey, NamedKey verifier) {
    private static final String PRIVATE = "PRIVATE KEY";
    private static final String PUBLIC = "PUBLIC KEY";
    private static final int PEM_LINE = 64;
    private static final List<String> OTHERS =
            List.of("ML-DSA-44", "Ed25519", "Ed448", "RSA", "EC", "ML-DSA-65", "ML-DSA-87");

    /** A new key in PEM form: the private half, and for a post-quantum key, whose halves the JDK cannot tell apart, both. */
    static String generate(NamedKey.Type type) {
        try {
            KeyPair pair = KeyPairGenerator.getInstance(type.algorithm()).generateKeyPair();
            String both = type == NamedKey.Type.ML_DSA_44
                    ? block(PUBLIC, pair.getPublic().getEncoded())
                    : "";
            return block(PRIVATE, pair.getPrivate().getEncoded()) + both;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK since 24 has " + type.algorithm(), e);
        }
    }

    private static String block(String what, byte[] der) {
        return "-----BEGIN " + what + "-----\n"
                + Base64.getMimeEncoder(PEM_LINE, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + what
                + "-----\n";
    }

    /**
     * Reads a key of this type.
     *
     * @throws IllegalArgumentException if it is none; the message says what it is, and does not quote it
     */
    static SigningKey ofPem(String pem, String name, NamedKey.Type type) {
        byte[] der = der(pem, PRIVATE);
        try {
            PrivateKey key = KeyFactory.getInstance(type.algorithm()).generatePrivate(new PKCS8EncodedKeySpec(der));
            PublicKey half = type == NamedKey.Type.ML_DSA_44
                    ? KeyFactory.getInstance(type.algorithm()).generatePublic(new X509EncodedKeySpec(der(pem, PUBLIC)))
                    : publicHalf(key);
            SigningKey pair = new SigningKey(key, NamedKey.of(name, type, half));
            pair.requirePair();
            return pair;
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "the signing key is " + kind(der) + ", it has to be an " + type.algorithm() + " key", e);
        }
    }

    private static byte[] der(String pem, String what) {
        String head = "-----BEGIN " + what + "-----";
        int begin = pem.indexOf(head);
        int end = pem.indexOf("-----END " + what + "-----");
        if (begin < 0 || end < begin) {
            throw new IllegalArgumentException("the signing key is not in PEM form: \"" + head + "\" is missing");
        }
        return Base64.getMimeDecoder().decode(pem.substring(begin + head.length(), end));
    }

    private static String kind(byte[] der) {
        for (String other : OTHERS) {
            try {
                return "an "
                        + KeyFactory.getInstance(other)
                                .generatePrivate(new PKCS8EncodedKeySpec(der))
                                .getAlgorithm()
                        + " key";
            } catch (GeneralSecurityException notThis) {
                continue;
            }
        }
        return "none that this JDK can read";
    }

    /** The public half of a post-quantum key is given beside it: it must be its own. */
    private void requirePair() throws GeneralSecurityException {
        Checkpoint probe = new Checkpoint(verifier.name(), 0, new TreeHash().empty());
        if (!verifier.verifies(probe.text(), sign(probe.text(), verifier.name(), Instant.EPOCH.plusSeconds(1)))) {
            throw new IllegalArgumentException("the two halves of the signing key do not belong together");
        }
    }

    /**
     * A signature over a text, as it stands in a note.
     *
     * @param name the key's name in that note
     * @param now what a signature with a time says
     */
    byte[] sign(String text, String name, Instant now) {
        long time = now.getEpochSecond();
        return switch (verifier.type()) {
            case ED25519 -> sign(text.getBytes(StandardCharsets.UTF_8));
            case ED25519_COSIGNATURE -> new Cosigned(time, sign(Cosigned.ed25519Message(time, text))).bytes();
            case ML_DSA_44 ->
                new Cosigned(time, sign(Cosigned.mlDsaMessage(name, time, Checkpoint.parse(text)))).bytes();
        };
    }

    private byte[] sign(byte[] message) {
        try {
            Signature signature = Signature.getInstance(verifier.type().algorithm());
            signature.initSign(privateKey);
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("signing failed", e);
        }
    }

    /**
     * The JDK cannot ask a private key for its public half, but its generator makes both from the random bytes it is
     * given, and those bytes are the private key (RFC 8032, 5.1.5).
     */
    private static PublicKey publicHalf(PrivateKey privateKey) throws GeneralSecurityException {
        byte[] seed = ((EdECPrivateKey) privateKey)
                .getBytes()
                .orElseThrow(() -> new IllegalArgumentException("the signing key cannot be read"));
        KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
        generator.initialize(NamedParameterSpec.ED25519, new Seed(seed));
        KeyPair pair = generator.generateKeyPair();
        if (!Arrays.equals(seed, ((EdECPrivateKey) pair.getPrivate()).getBytes().orElseThrow())) {
            throw new IllegalStateException("this JDK makes Ed25519 keys in a way of its own");
        }
        return pair.getPublic();
    }

    /** Gives the bytes it was made with. */
    private static final class Seed extends SecureRandom {
        private static final long serialVersionUID = 1L;
        private final byte[] bytes;

        Seed(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public void nextBytes(byte[] target) {
            System.arraycopy(bytes, 0, target, 0, target.length);
        }
    }

    /** Says nothing of the private half. */
    @Override
    public String toString() {
        return verifier.toString();
    }
}
