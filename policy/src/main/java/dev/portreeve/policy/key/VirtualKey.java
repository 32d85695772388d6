package dev.portreeve.policy.key;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * A key as its owner holds it: {@code prk_<id>_<secret><checksum>}. The id (12 characters) may be logged; the secret is 32
 * random bytes in 43 base-62 digits; the checksum is the CRC-32 of all before it in 6 base-62 digits, so that a typing mistake
 * is told from an unknown key without a lookup, and a scanner can tell a key from noise.
 */
public final class VirtualKey {
    public static final String PREFIX = "prk_";
    static final int ID_LENGTH = 12;
    static final int SECRET_BYTES = 32;
    private static final int SECRET_DIGITS = 43;
    private static final int CHECKSUM_DIGITS = 6;
    private static final String DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final BigInteger BASE = BigInteger.valueOf(DIGITS.length());
    private static final Pattern SHAPE = Pattern.compile(
            "prk_[0-9A-Za-z]{" + ID_LENGTH + "}_[0-9A-Za-z]{" + (SECRET_DIGITS + CHECKSUM_DIGITS) + "}");

    private final String id;
    private final String text;

    private VirtualKey(String id, String text) {
        this.id = id;
        this.text = text;
    }

    /** What a text turned out to be. */
    sealed interface Parsed {
        record Key(VirtualKey key) implements Parsed {}

        record Mistaken(Authentication.Reason reason) implements Parsed {}
    }

    public static VirtualKey generate(SecureRandom random) {
        StringBuilder id = new StringBuilder(ID_LENGTH);
        for (int i = 0; i < ID_LENGTH; i++) {
            id.append(DIGITS.charAt(random.nextInt(DIGITS.length())));
        }
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        return of(id.toString(), secret);
    }

    static VirtualKey of(String id, byte[] secret) {
        String body = PREFIX + id + "_" + digits(new BigInteger(1, secret), SECRET_DIGITS);
        return new VirtualKey(id, body + checksum(body));
    }

    static Parsed parse(String text) {
        if (!SHAPE.matcher(text).matches()) {
            return new Parsed.Mistaken(Authentication.Reason.MALFORMED);
        }
        int end = text.length() - CHECKSUM_DIGITS;
        if (!checksum(text.substring(0, end)).equals(text.substring(end))) {
            return new Parsed.Mistaken(Authentication.Reason.CHECKSUM);
        }
        return new Parsed.Key(new VirtualKey(text.substring(PREFIX.length(), PREFIX.length() + ID_LENGTH), text));
    }

    /** The part that may be logged. */
    public String id() {
        return id;
    }

    /** The whole key, for its owner's eyes only. */
    public String reveal() {
        return text;
    }

    /** Without the secret, so that no log line, error or dump can carry it (INV-7). */
    @Override
    public String toString() {
        return PREFIX + id + "_****";
    }

    private static String checksum(String body) {
        CRC32 crc = new CRC32();
        crc.update(body.getBytes(StandardCharsets.US_ASCII));
        return digits(BigInteger.valueOf(crc.getValue()), CHECKSUM_DIGITS);
    }

    private static String digits(BigInteger value, int length) {
        char[] digits = new char[length];
        BigInteger rest = value;
        for (int i = length - 1; i >= 0; i--) {
            BigInteger[] split = rest.divideAndRemainder(BASE);
            digits[i] = DIGITS.charAt(split[1].intValue());
            rest = split[0];
        }
        return new String(digits);
    }
}
