package dev.portreeve.policy.key;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.key.Authentication.Reason;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VirtualKeyTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    private static Reason reason(String text) {
        return assertInstanceOf(VirtualKey.Parsed.Mistaken.class, VirtualKey.parse(text))
                .reason();
    }

    @Test
    void looksAsDescribedAndReadsBack() {
        for (int i = 0; i < 200; i++) {
            VirtualKey key = VirtualKey.generate(RANDOM);
            assertTrue(key.reveal().matches("prk_[0-9A-Za-z]{12}_[0-9A-Za-z]{43}[0-9A-Za-z]{6}"), key.toString());
            VirtualKey read = assertInstanceOf(VirtualKey.Parsed.Key.class, VirtualKey.parse(key.reveal()))
                    .key();
            assertEquals(key.id(), read.id());
            assertEquals(key.reveal(), read.reveal());
        }
    }

    /** The format is for ever: keys are in people's hands. Computed with Python's zlib.crc32. */
    @Test
    void theFormatDoesNotChange() {
        byte[] zeros = new byte[VirtualKey.SECRET_BYTES];
        assertEquals(
                "prk_abcdefABCDEF_" + "0".repeat(43) + "3lVBAp",
                VirtualKey.of("abcdefABCDEF", zeros).reveal());
        byte[] ones = new byte[VirtualKey.SECRET_BYTES];
        Arrays.fill(ones, (byte) 0xff);
        assertEquals(
                "prk_abcdefABCDEF_yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp11rzVqt",
                VirtualKey.of("abcdefABCDEF", ones).reveal());
    }

    @Test
    void oneWrongCharacterAnywhereIsSeenWithoutALookUp() {
        String key = VirtualKey.generate(RANDOM).reveal();
        for (int at = VirtualKey.PREFIX.length(); at < key.length(); at++) {
            if (key.charAt(at) != '_') {
                char other = key.charAt(at) == 'x' ? 'y' : 'x';
                String typo = key.substring(0, at) + other + key.substring(at + 1);
                assertEquals(Reason.CHECKSUM, reason(typo), "position " + at);
            }
        }
    }

    @Test
    void twoSwappedCharactersAreSeen() {
        String key = VirtualKey.generate(RANDOM).reveal();
        for (int at = 20; at + 1 < key.length(); at++) {
            if (key.charAt(at) != key.charAt(at + 1)) {
                String swapped = key.substring(0, at) + key.charAt(at + 1) + key.charAt(at) + key.substring(at + 2);
                assertEquals(Reason.CHECKSUM, reason(swapped), "position " + at);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "prk_",
                "sk-proj-abcdef",
                "prk_short_secret",
                "PRK_abcdefABCDEF_0000000000000000000000000000000000000000000000000",
                "prk_abcdefABCDEF_000000000000000000000000000000000000000000000000",
                "prk_abcdefABCDEF_00000000000000000000000000000000000000000000000000",
                "prk_abcdefABCDE-_0000000000000000000000000000000000000000000000000",
                "prk_abcdefABCDEF_0000000000000000000000000000000000000000000000000\n",
            })
    void everythingElseIsMalformed(String text) {
        assertEquals(Reason.MALFORMED, reason(text));
    }

    @Test
    void printsWithoutItsSecret() {
        VirtualKey key = VirtualKey.generate(RANDOM);
        assertEquals("prk_" + key.id() + "_****", key.toString());
        assertFalse(new Issuance.Issued(key, new KeyInfo("t", key.id(), null, "m", "n", Instant.EPOCH, null, null))
                .toString()
                .contains(key.reveal()));
    }

    @Test
    void keysDiffer() {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            VirtualKey key = VirtualKey.generate(RANDOM);
            assertTrue(seen.add(key.id()));
            assertTrue(seen.add(key.reveal()));
            assertNotEquals(key.id(), key.reveal());
        }
    }
}
