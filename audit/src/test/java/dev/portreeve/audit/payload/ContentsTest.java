package dev.portreeve.audit.payload;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Contents become the same bytes however they come in pieces, and open only where they belong. */
class ContentsTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private final SubjectKey key = new SubjectKey(UUID.randomUUID(), new byte[SubjectKey.BYTES]);

    private String kept(Contents contents) {
        byte[] plain = key.open(
                        "acme",
                        "answer",
                        contents.seal("acme", "answer", key, RANDOM).payload().sealed())
                .orElseThrow();
        return new String(Arrays.copyOfRange(plain, Contents.BLIND_BYTES, plain.length), StandardCharsets.UTF_8);
    }

    @Test
    void piecesOfOneTextAreOneLine() {
        String text = "a \"quoted\" \\ line\nwith \t, a bell \u0007, Grüße and 𝄞.";
        Contents whole = new Contents(Keep.FULL, 10_000, RANDOM);
        whole.text("choice 0", text);
        Contents pieces = new Contents(Keep.FULL, 10_000, RANDOM);
        for (int i = 0; i < text.length(); i++) {
            pieces.text("choice 0", text.substring(i, i + 1));
        }
        String line = kept(whole);
        assertEquals(line, kept(pieces));
        assertEquals(
                "{\"channel\":\"choice 0\",\"text\":\"a \\\"quoted\\\" \\\\ line\\nwith \\t, a bell \\u0007, Grüße and 𝄞.\"}\n",
                line);
    }

    @Test
    void anotherTextBeginsAnotherLineAndHalfACharacterIsReplaced() {
        Contents contents = new Contents(Keep.FULL, 10_000, RANDOM);
        contents.text("a", "x\ud834");
        contents.text("b", "\udd1ey");
        contents.text("b", "");
        assertEquals(
                "{\"channel\":\"a\",\"text\":\"x\uFFFD\"}\n{\"channel\":\"b\",\"text\":\"\uFFFDy\"}\n", kept(contents));
    }

    @Test
    void whatIsTooLongIsCutAndTheCommitmentIsToAllOfIt() {
        Contents contents = new Contents(Keep.FULL, 10, RANDOM);
        contents.bytes("0123456".getBytes(StandardCharsets.UTF_8));
        contents.bytes("789abcdef".getBytes(StandardCharsets.UTF_8));
        Contents.Kept kept = contents.seal("acme", "answer", key, RANDOM);
        byte[] plain = key.open("acme", "answer", kept.payload().sealed()).orElseThrow();
        assertArrayEquals(
                "0123456789".getBytes(StandardCharsets.UTF_8),
                Arrays.copyOfRange(plain, Contents.BLIND_BYTES, plain.length));
    }

    @Test
    void sealedBytesOpenForTheirTenantAndNameOnly() {
        byte[] sealed = key.seal("acme", "answer", new byte[40], RANDOM);
        assertTrue(key.open("acme", "answer", sealed).isPresent());
        assertTrue(key.open("acme", "prompt", sealed).isEmpty());
        assertTrue(key.open("other", "answer", sealed).isEmpty());
        assertTrue(new SubjectKey(UUID.randomUUID(), new byte[SubjectKey.BYTES])
                .open("acme", "answer", sealed)
                .isEmpty());
        sealed[20] ^= 1;
        assertTrue(key.open("acme", "answer", sealed).isEmpty());
        assertTrue(key.open("acme", "answer", new byte[3]).isEmpty());
    }
}
