package dev.portreeve.hub.definition;

import java.util.regex.Pattern;

/**
 * Characters that a person does not see and a model reads: controls, zero-width characters, direction overrides, tag
 * characters, and comments of HTML.
 */
public final class HiddenText {
    private static final Pattern COMMENT = Pattern.compile("<!--.*?(-->|\\z)", Pattern.DOTALL);
    private static final int ZERO_WIDTH_NON_JOINER = 0x200C;
    private static final int ZERO_WIDTH_JOINER = 0x200D;
    private static final int FIRST_BEYOND_ASCII = 0x80;

    private HiddenText() {}

    /** Whether a text has hidden characters. */
    static boolean hasHidden(String text) {
        return !withoutHidden(text).equals(text);
    }

    /** Whether a text has characters that change the direction others are shown in. */
    static boolean hasOverride(String text) {
        return text.codePoints().anyMatch(HiddenText::isDirection);
    }

    static boolean hasComment(String text) {
        return COMMENT.matcher(text).find();
    }

    /** The text without comments and hidden characters, in this order: what hides a comment's mark is removed first. */
    public static String clean(String text) {
        return COMMENT.matcher(withoutHidden(text)).replaceAll("");
    }

    private static String withoutHidden(String text) {
        int[] points = text.codePoints().toArray();
        StringBuilder kept = new StringBuilder(text.length());
        for (int i = 0; i < points.length; i++) {
            if (!isHidden(points[i]) || joins(points, i)) {
                kept.appendCodePoint(points[i]);
            }
        }
        return kept.toString();
    }

    // Persian, Indic scripts and emoji are written with one joiner between two of their own; English is not.
    private static boolean joins(int[] points, int at) {
        boolean joiner = points[at] == ZERO_WIDTH_JOINER || points[at] == ZERO_WIDTH_NON_JOINER;
        return joiner
                && at > 0
                && at + 1 < points.length
                && isLetterBeyond(points[at - 1])
                && isLetterBeyond(points[at + 1]);
    }

    private static boolean isLetterBeyond(int point) {
        return point >= FIRST_BEYOND_ASCII && !isHidden(point);
    }

    /** Whether a character is not seen, or changes how others are seen. */
    static boolean isHidden(int point) {
        if (point == '\n' || point == '\t' || point == '\r') {
            return false;
        }
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> true;
            case Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
            // Blank letters, and selectors beyond the one that says emoji or text.
            default -> isBlank(point);
        };
    }

    private static boolean isBlank(int point) {
        boolean letter = point == 0x115F || point == 0x1160 || point == 0x3164 || point == 0xFFA0 || point == 0x2800;
        return letter || point == 0x034F || within(point, 0xFE00, 0xFE0D) || within(point, 0xE0100, 0xE01EF);
    }

    private static boolean within(int point, int first, int last) {
        return point >= first && point <= last;
    }

    private static boolean isDirection(int point) {
        return within(point, 0x202A, 0x202E)
                || within(point, 0x2066, 0x2069)
                || within(point, 0x200E, 0x200F)
                || point == 0x061C;
    }

    /** The text with each hidden character written as {@code \}{@code u{202e}}. */
    static String visible(String text) {
        StringBuilder shown = new StringBuilder(text.length());
        text.codePoints().forEach(point -> {
            if (isHidden(point)) {
                shown.append("\\u{").append(Integer.toHexString(point)).append('}');
            } else {
                shown.appendCodePoint(point);
            }
        });
        return shown.toString();
    }
}
