package dev.portreeve.hub.seal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.call.Subject;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SealedTokensTest {
    private static final Subject ANN = new Subject("acme", "support", Subject.Kind.AGENT, "ann", "AAAAAAAAAAAA");
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final byte[] CONTENT = "what the caller must bring back".getBytes(StandardCharsets.UTF_8);
    private static final Binding BINDING = new Binding(Purpose.REQUEST_STATE, ANN, "files", "sha256:1");

    private Instant now = Instant.parse("2026-11-21T08:00:00Z");
    private final SealKey key = key(1);
    private final SealedTokens tokens = tokens(key);

    @Test
    void opensWhatItSealed() {
        String token = tokens.seal(BINDING, MINUTE, CONTENT);

        assertArrayEquals(CONTENT, tokens.open(token, BINDING).orElseThrow());
        assertTrue(token.matches("[A-Za-z0-9_-]+"), "safe in a header and in a url");
        assertFalse(
                new String(Base64.getUrlDecoder().decode(token), StandardCharsets.ISO_8859_1).contains("caller"),
                "nobody reads what is in it");
        assertNotEquals(token, tokens.seal(BINDING, MINUTE, CONTENT), "equal contents do not look equal");
    }

    @Test
    void anotherReplicaWithTheSameKeyOpensIt() {
        String token = tokens.seal(BINDING, MINUTE, CONTENT);

        assertArrayEquals(CONTENT, tokens(key(1)).open(token, BINDING).orElseThrow());
        assertEquals(Optional.empty(), tokens(key(2)).open(token, BINDING));
    }

    @Test
    void opensForNothingElseThanItWasMadeFor() {
        String token = tokens.seal(BINDING, MINUTE, CONTENT);
        Subject bob = new Subject("acme", "support", Subject.Kind.AGENT, "bob", "AAAAAAAAAAAA");
        Subject person = new Subject("acme", "support", Subject.Kind.USER, "ann", "AAAAAAAAAAAA");
        Subject elsewhere = new Subject("umbrella", "support", Subject.Kind.AGENT, "ann", "AAAAAAAAAAAA");

        for (Binding other : List.of(
                new Binding(Purpose.CURSOR, ANN, "files", "sha256:1"),
                new Binding(Purpose.REQUEST_STATE, bob, "files", "sha256:1"),
                new Binding(Purpose.REQUEST_STATE, person, "files", "sha256:1"),
                new Binding(Purpose.REQUEST_STATE, elsewhere, "files", "sha256:1"),
                new Binding(Purpose.REQUEST_STATE, ANN, "mail", "sha256:1"),
                new Binding(Purpose.REQUEST_STATE, ANN, "files", "sha256:2"),
                new Binding(Purpose.REQUEST_STATE, ANN, "filess", "ha256:1"),
                Binding.of(Purpose.REQUEST_STATE, ANN))) {
            assertEquals(Optional.empty(), tokens.open(token, other), other.toString());
        }
    }

    @Test
    void aReplacedKeyOfTheSamePrincipalStillOpensIt() {
        Subject sameWithNewKey = new Subject("acme", "support", Subject.Kind.AGENT, "ann", "BBBBBBBBBBBB");
        String token = tokens.seal(BINDING, MINUTE, CONTENT);

        assertTrue(tokens.open(token, new Binding(Purpose.REQUEST_STATE, sameWithNewKey, "files", "sha256:1"))
                .isPresent());
    }

    @Test
    void noChangedByteOpens() {
        byte[] token = Base64.getUrlDecoder().decode(tokens.seal(BINDING, MINUTE, CONTENT));
        for (int i = 0; i < token.length; i++) {
            byte[] changed = token.clone();
            changed[i] ^= 1;
            assertEquals(Optional.empty(), tokens.open(text(changed), BINDING), "byte " + i);
        }
    }

    @Test
    void noPieceOfItOpens() {
        byte[] token = Base64.getUrlDecoder().decode(tokens.seal(BINDING, MINUTE, CONTENT));
        for (int length = 0; length < token.length; length++) {
            assertEquals(Optional.empty(), tokens.open(text(Arrays.copyOf(token, length)), BINDING));
        }
        assertEquals(Optional.empty(), tokens.open(text(Arrays.copyOf(token, token.length + 1)), BINDING));
    }

    @Test
    void whateverElseComesInDoesNotOpen() {
        for (String garbage : List.of("", "=", "%%%", "\u0000", "Ünïcode", "a".repeat(10_000_000))) {
            assertEquals(Optional.empty(), tokens.open(garbage, BINDING));
        }
    }

    @Test
    void opensUntilItExpires() {
        String token = tokens.seal(BINDING, MINUTE, CONTENT);
        now = now.plus(MINUTE).minusMillis(1);
        assertTrue(tokens.open(token, BINDING).isPresent());
        now = now.plusMillis(1);
        assertEquals(Optional.empty(), tokens.open(token, BINDING));
    }

    @Test
    void anOldKeyOpensUntilItIsTakenAway() {
        String token = tokens.seal(BINDING, MINUTE, CONTENT);
        SealedTokens overlap = tokens(key(2), key);

        assertArrayEquals(CONTENT, overlap.open(token, BINDING).orElseThrow());
        String fresh = overlap.seal(BINDING, MINUTE, CONTENT);
        SealedTokens later = tokens(key(2));
        assertArrayEquals(CONTENT, later.open(fresh, BINDING).orElseThrow(), "the new key seals");
        assertEquals(Optional.empty(), later.open(token, BINDING));
    }

    @Test
    void holdsAsMuchAsItsPurposeAllows() {
        for (Purpose purpose : Purpose.values()) {
            Binding binding = Binding.of(purpose, ANN);
            byte[] most = new byte[purpose.maxContentBytes()];
            assertArrayEquals(
                    most,
                    tokens.open(tokens.seal(binding, MINUTE, most), binding).orElseThrow());
            assertThrows(
                    IllegalArgumentException.class,
                    () -> tokens.seal(binding, MINUTE, new byte[purpose.maxContentBytes() + 1]));
        }
    }

    @Test
    void noSecretIsPrinted() {
        assertEquals("****", key.toString());
    }

    private SealedTokens tokens(SealKey current, SealKey... previous) {
        return new SealedTokens(current, List.of(previous), () -> now, new SecureRandom());
    }

    private static SealKey key(int number) {
        byte[] secret = new byte[SealKey.BYTES];
        Arrays.fill(secret, (byte) number);
        return new SealKey(secret);
    }

    private static String text(byte[] token) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
    }
}
