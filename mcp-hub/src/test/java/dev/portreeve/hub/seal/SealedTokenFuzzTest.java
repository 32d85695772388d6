package dev.portreeve.hub.seal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.call.Subject;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a caller sends as a token, it opens only if it is one, byte for byte; nothing throws. Seeds are fixed. */
class SealedTokenFuzzTest {
    private static final int ROUNDS = 2000;
    private static final String ALPHABET =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ .\u0000é";
    private static final Binding BINDING =
            Binding.of(Purpose.REQUEST_STATE, new Subject("acme", "support", Subject.Kind.AGENT, "alice", "key0alice"));
    private final SealedTokens tokens = new SealedTokens(
            new SealKey(new byte[SealKey.BYTES]), List.of(), InstantSource.system(), new SecureRandom());

    @ParameterizedTest
    @ValueSource(longs = {1, 20260728, -7})
    void onlyTheTokenItselfOpens(long seed) {
        Random random = new Random(seed);
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] content = new byte[random.nextInt(300)];
            random.nextBytes(content);
            String token = tokens.seal(BINDING, Duration.ofMinutes(5), content);
            assertArrayEquals(content, tokens.open(token, BINDING).orElseThrow());
            String other = mutated(random, token);
            Optional<byte[]> opened = tokens.open(other, BINDING);
            refused += opened.isEmpty() ? 1 : 0;
            opened.ifPresent(bytes -> {
                // Base64 may leave a few bits of its last character over.
                assertArrayEquals(
                        Base64.getUrlDecoder().decode(token),
                        Base64.getUrlDecoder().decode(other));
                assertArrayEquals(content, bytes);
            });
        }
        assertTrue(refused > ROUNDS / 2, "refused " + refused);
    }

    @ParameterizedTest
    @ValueSource(longs = {2, 99, -1})
    void nonsenseNeitherOpensNorThrows(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            String text = random.nextBoolean()
                    ? new String(bytes, StandardCharsets.ISO_8859_1)
                    : Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
            assertEquals(Optional.empty(), tokens.open(text, BINDING));
        }
    }

    private static String mutated(Random random, String token) {
        StringBuilder text = new StringBuilder(token);
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextInt(text.length());
            char other = ALPHABET.charAt(random.nextInt(ALPHABET.length()));
            switch (random.nextInt(4)) {
                case 0 -> text.setCharAt(at, other);
                case 1 -> text.deleteCharAt(at);
                case 2 -> text.insert(at, other);
                default -> text.setLength(Math.max(1, at));
            }
        }
        return text.isEmpty() ? Arrays.toString(new int[0]) : text.toString();
    }
}
