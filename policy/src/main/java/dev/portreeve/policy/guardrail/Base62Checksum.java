package dev.portreeve.policy.guardrail;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * The checksum that several issuers put at the end of their tokens, so that a scanner can tell a token from something that looks like one:
 * the CRC-32 of what stands before, as six digits of base 62 (digits, then capital, then small letters).
 */
final class Base62Checksum {
    private static final String DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int LENGTH = 6;

    private Base62Checksum() {}

    /** Whether the last six characters are the checksum of those before. */
    static boolean isAtEndOf(String text) {
        int split = text.length() - LENGTH;
        return split > 0 && of(text.substring(0, split)).equals(text.substring(split));
    }

    static String of(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.US_ASCII));
        char[] digits = new char[LENGTH];
        long rest = crc.getValue();
        for (int i = LENGTH - 1; i >= 0; i--) {
            digits[i] = DIGITS.charAt((int) (rest % 62));
            rest /= 62;
        }
        return new String(digits);
    }
}
