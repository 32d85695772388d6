package dev.portreeve.policy.guardrail;

/** A set of ASCII characters. Immutable. */
final class CharSet {
    static final CharSet DIGITS = new CharSet("0123456789");
    static final CharSet UPPER = new CharSet("ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    static final CharSet LETTERS = UPPER.and("abcdefghijklmnopqrstuvwxyz");
    static final CharSet ALPHANUMERIC = LETTERS.and("0123456789");
    static final CharSet UPPER_ALPHANUMERIC = UPPER.and("0123456789");
    static final CharSet BASE32 = UPPER.and("234567");
    static final CharSet HEX = DIGITS.and("abcdef");
    static final CharSet BASE64URL = ALPHANUMERIC.and("_-");
    static final CharSet BASE64 = ALPHANUMERIC.and("+/=");

    private final boolean[] members = new boolean[128];

    CharSet(String characters) {
        characters.chars().forEach(c -> members[c] = true);
    }

    CharSet and(String characters) {
        CharSet grown = new CharSet(characters);
        for (int c = 0; c < members.length; c++) {
            grown.members[c] |= members[c];
        }
        return grown;
    }

    boolean contains(char c) {
        return c < 128 && members[c];
    }

    boolean containsAll(String text) {
        return text.chars().allMatch(c -> contains((char) c));
    }
}
