package dev.portreeve.hub.seal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Seals what a caller must bring back later, and opens it again: AES-256-GCM, bound to a {@link Binding} and an expiry.
 * A token is base64url without padding: a version, the id of its key, salt and nonce, and the ciphertext. A token that does
 * not open gives no reason, since only somebody who tries out tokens would learn from it. Replicas with the same keys open
 * each other's. A token can be used more than once until it expires: where it must not be, its content names something that
 * is remembered. Never blocks; thread-safe.
 */
public final class SealedTokens {
    private static final byte VERSION = 1;
    private static final int SALT_BYTES = 16;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BYTES = 16;
    private static final int HEAD_BYTES = 1 + SealKey.ID_BYTES + SALT_BYTES + NONCE_BYTES;
    private static final int OVERHEAD_BYTES = HEAD_BYTES + Long.BYTES + TAG_BYTES;
    private static final int MAX_PREVIOUS_KEYS = 8;

    private final List<SealKey> keys;
    private final InstantSource clock;
    private final SecureRandom random;

    /**
     * @param current seals
     * @param previous open what they sealed, until they are taken away
     */
    public SealedTokens(SealKey current, List<SealKey> previous, InstantSource clock, SecureRandom random) {
        if (previous.size() > MAX_PREVIOUS_KEYS) {
            throw new IllegalArgumentException("at most " + MAX_PREVIOUS_KEYS + " previous seal keys are kept");
        }
        this.keys = new ArrayList<>(List.of(current));
        this.keys.addAll(previous);
        this.clock = clock;
        this.random = random;
    }

    /**
     * Seals content.
     *
     * @param validFor how long the token can be opened, by this replica's clock
     * @throws IllegalArgumentException if the content is longer than its purpose allows
     */
    public String seal(Binding binding, Duration validFor, byte[] content) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(sealBytes(binding, validFor, content));
    }

    /** As the other, for what is stored and never travels: the same without base64url. */
    public byte[] sealBytes(Binding binding, Duration validFor, byte[] content) {
        if (content.length > binding.purpose().maxContentBytes()) {
            throw new IllegalArgumentException("a token for this purpose holds at most "
                    + binding.purpose().maxContentBytes() + " bytes");
        }
        SealKey key = keys.getFirst();
        byte[] salt = new byte[SALT_BYTES];
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(salt);
        random.nextBytes(nonce);
        byte[] head = ByteBuffer.allocate(HEAD_BYTES)
                .put(VERSION)
                .put(key.id())
                .put(salt)
                .put(nonce)
                .array();
        byte[] plain = ByteBuffer.allocate(Long.BYTES + content.length)
                .putLong(clock.instant().plus(validFor).toEpochMilli())
                .put(content)
                .array();
        return ByteBuffer.allocate(HEAD_BYTES + plain.length + TAG_BYTES)
                .put(head)
                .put(encrypted(key.forSalt(salt), nonce, head, binding, plain))
                .array();
    }

    /**
     * The content of a token that was sealed under an equal binding and has not expired; empty for everything else.
     *
     * @param token whatever a caller sent, of any length
     */
    public Optional<byte[]> open(String token, Binding binding) {
        int longest = OVERHEAD_BYTES + binding.purpose().maxContentBytes();
        if (token.length() > (longest * 4 + 2) / 3) {
            return Optional.empty();
        }
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(token);
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
        return openBytes(bytes, binding);
    }

    /** As the other, of what {@link #sealBytes} made. */
    public Optional<byte[]> openBytes(byte[] bytes, Binding binding) {
        if (bytes.length < OVERHEAD_BYTES || bytes[0] != VERSION) {
            return Optional.empty();
        }
        byte[] keyId = Arrays.copyOfRange(bytes, 1, 1 + SealKey.ID_BYTES);
        return keys.stream()
                .filter(key -> Arrays.equals(key.id(), keyId))
                .findFirst()
                .flatMap(key -> decrypted(key, bytes, binding))
                .flatMap(this::current);
    }

    /**
     * Stands for a text that may hold secrets where it is only asked whether it is still the same: 64 hexadecimal digits,
     * from which nobody without the key can try out what it was. Another after a change of keys.
     */
    public String fingerprint(String text) {
        return HexFormat.of().formatHex(keys.getFirst().fingerprint(text.getBytes(StandardCharsets.UTF_8)));
    }

    private Optional<byte[]> current(byte[] plain) {
        Instant expiry = Instant.ofEpochMilli(ByteBuffer.wrap(plain).getLong());
        return clock.instant().isBefore(expiry)
                ? Optional.of(Arrays.copyOfRange(plain, Long.BYTES, plain.length))
                : Optional.empty();
    }

    private static byte[] encrypted(SecretKey key, byte[] nonce, byte[] head, Binding binding, byte[] plain) {
        try {
            return cipher(Cipher.ENCRYPT_MODE, key, nonce, head, binding).doFinal(plain);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("this Java runtime cannot encrypt with AES-GCM", impossible);
        }
    }

    private static Optional<byte[]> decrypted(SealKey key, byte[] token, Binding binding) {
        byte[] head = Arrays.copyOf(token, HEAD_BYTES);
        byte[] salt = Arrays.copyOfRange(head, 1 + SealKey.ID_BYTES, HEAD_BYTES - NONCE_BYTES);
        byte[] nonce = Arrays.copyOfRange(head, HEAD_BYTES - NONCE_BYTES, HEAD_BYTES);
        try {
            return Optional.of(cipher(Cipher.DECRYPT_MODE, key.forSalt(salt), nonce, head, binding)
                    .doFinal(token, HEAD_BYTES, token.length - HEAD_BYTES));
        } catch (AEADBadTagException changed) {
            return Optional.empty();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("this Java runtime cannot decrypt with AES-GCM", impossible);
        }
    }

    private static Cipher cipher(int mode, SecretKey key, byte[] nonce, byte[] head, Binding binding)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * Byte.SIZE, nonce));
        cipher.updateAAD(head);
        cipher.updateAAD(binding.bytes());
        return cipher;
    }
}
