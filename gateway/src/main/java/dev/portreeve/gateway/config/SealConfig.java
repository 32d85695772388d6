package dev.portreeve.gateway.config;

import dev.portreeve.hub.seal.SealKey;
import dev.portreeve.policy.call.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What seals everything that callers bring back later, and tokens at rest. To replace a key, put the old one under {@code
 * previous-keys} for as long as something sealed with it may come back: an hour for what callers hold, the longest life of a
 * token for those at rest, and for as long as contents that are kept beside records are to be read.
 *
 * @param key at least 32 random characters, the same for all replicas; absent: made of the key file in the data directory
 * @param previousKeys open what they sealed, and seal nothing; at most 7. What was sealed while there was no key needs none
 */
public record SealConfig(
        @Nullable Secret key, @Default("[]") List<Secret> previousKeys) {
    private static final int LEAST_CHARS = 32;
    private static final int MOST_PREVIOUS = 7;

    public SealConfig {
        previousKeys = List.copyOf(previousKeys);
        if (previousKeys.size() > MOST_PREVIOUS) {
            throw new IllegalArgumentException("seal.previous-keys has more than " + MOST_PREVIOUS + " keys");
        }
        if (key == null && !previousKeys.isEmpty()) {
            throw new IllegalArgumentException("seal.previous-keys needs a seal.key that took their place");
        }
        if (key != null && key.reveal().length() < LEAST_CHARS) {
            throw new IllegalArgumentException("seal.key has less than " + LEAST_CHARS + " characters");
        }
    }

    /**
     * The key that seals, and behind it those that only open.
     *
     * @param derived made of the key file
     */
    public List<SealKey> keys(byte[] derived) {
        List<SealKey> keys = new ArrayList<>();
        if (key != null) {
            keys.add(sealKey(key));
        }
        keys.add(new SealKey(derived));
        previousKeys.forEach(previous -> keys.add(sealKey(previous)));
        return keys;
    }

    private static SealKey sealKey(Secret secret) {
        try {
            return new SealKey(MessageDigest.getInstance("SHA-256")
                    .digest(("portreeve seal key\0" + secret.reveal()).getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every JDK has SHA-256", missing);
        }
    }
}
