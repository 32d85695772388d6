package dev.portreeve.policy.guardrail;

/**
 * Something a guardrail found: where, and of which kind; never the value.
 *
 * @param kind what it is, as records and denials name it ({@code email}, {@code github-token})
 * @param start first character, counted from the beginning of the text
 * @param end the character behind the last
 * @param continues whether this is more of the finding that ended at {@code start}
 */
public record Finding(String kind, long start, long end, boolean continues) {
    public Finding {
        if (start < 0 || end <= start) {
            throw new IllegalArgumentException("impossible finding from " + start + " to " + end);
        }
    }
}
