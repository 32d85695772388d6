package dev.portreeve.policy.access;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which regular expressions may be made ready. Matching takes linear time, but counted repetitions are written out when an expression is made
 * ready, one within another as often as their product says: ten characters could fill the memory before any bound on the result is looked at.
 */
final class RegexBound {
    private static final int MAX_LENGTH = 1_000;
    private static final long MAX_WRITTEN_OUT = 100_000;
    private static final Pattern COUNTED = Pattern.compile("\\{(\\d{1,9})(?:,(\\d{0,9}))?}");

    private RegexBound() {}

    /** Whether it is certainly not too large once it is written out; what only looks like a repetition counts as one. */
    static boolean isSmall(String expression) {
        if (expression.length() > MAX_LENGTH) {
            return false;
        }
        long writtenOut = Math.max(1, expression.length());
        Matcher counted = COUNTED.matcher(expression);
        while (counted.find()) {
            String most = counted.group(2) == null || counted.group(2).isEmpty() ? counted.group(1) : counted.group(2);
            writtenOut *= Math.max(1, Long.parseLong(most));
            if (writtenOut > MAX_WRITTEN_OUT) {
                return false;
            }
        }
        return true;
    }
}
