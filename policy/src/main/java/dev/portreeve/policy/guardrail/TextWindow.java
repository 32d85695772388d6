package dev.portreeve.policy.guardrail;

import java.util.Arrays;

/** The part of a text that shapes can still look at: what is unsettled, and a few characters before it. One thread. */
final class TextWindow {
    /** Enough to see an escape like {@code \\u000a} before a word. */
    private static final int CONTEXT = 6;

    private char[] chars = new char[0];
    private int length;
    private long offset;
    private boolean last;

    /** Adds a piece and forgets what lies before {@code settled}, but for the context. Returns where {@code settled} is now. */
    int append(String piece, boolean isLast, int settled) {
        int drop = Math.max(0, settled - CONTEXT);
        int kept = length - drop;
        if (kept + piece.length() > chars.length) {
            char[] grown = new char[Math.max(kept + piece.length(), Math.min(2 * chars.length, 1 << 16))];
            System.arraycopy(chars, drop, grown, 0, kept);
            chars = grown;
        } else {
            System.arraycopy(chars, drop, chars, 0, kept);
        }
        piece.getChars(0, piece.length(), chars, kept);
        length = kept + piece.length();
        offset += drop;
        last = isLast;
        return settled - drop;
    }

    int length() {
        return length;
    }

    char at(int index) {
        return chars[index];
    }

    /** Whether the text is known to end at {@link #length()}. */
    boolean isLast() {
        return last;
    }

    /** The place in the whole text. */
    long position(int index) {
        return offset + index;
    }

    /** The character before, or 0 at the beginning of the text. */
    char before(int index) {
        return index == 0 ? 0 : chars[index - 1];
    }

    boolean startsWith(int index, String literal) {
        return index + literal.length() <= length && agrees(index, literal, literal.length());
    }

    /** The place behind a literal that stands here, or {@link Shape#NO}, or {@link Shape#MORE} while it may still come. */
    int behind(int index, String literal) {
        int seen = Math.min(literal.length(), length - index);
        if (!agrees(index, literal, seen)) {
            return Shape.NO;
        }
        if (seen == literal.length()) {
            return index + seen;
        }
        return last ? Shape.NO : Shape.MORE;
    }

    private boolean agrees(int index, String literal, int count) {
        for (int i = 0; i < count; i++) {
            if (chars[index + i] != literal.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    String text(int from, int to) {
        return new String(chars, from, to - from);
    }

    /**
     * Whether a word begins here: nothing, or no letter or digit, stands before it. The escapes of a JSON source text (a model streams
     * the arguments of a tool as such) stand for one character each, so the n of {@code \n} belongs to no word.
     */
    boolean isWordStart(int index) {
        char before = before(index);
        if (before == '\\' && "nrtbfu".indexOf(chars[index]) >= 0) {
            return false;
        }
        return !CharSet.ALPHANUMERIC.contains(before) || endsEscape(index);
    }

    private boolean endsEscape(int index) {
        if (index >= 2 && chars[index - 2] == '\\' && "nrtbf".indexOf(chars[index - 1]) >= 0) {
            return true;
        }
        if (index < CONTEXT || chars[index - 6] != '\\' || chars[index - 5] != 'u') {
            return false;
        }
        for (char c : Arrays.copyOfRange(chars, index - 4, index)) {
            if (Character.digit(c, 16) < 0) {
                return false;
            }
        }
        return true;
    }
}
