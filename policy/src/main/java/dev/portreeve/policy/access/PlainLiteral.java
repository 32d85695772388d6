package dev.portreeve.policy.access;

import dev.portreeve.policy.call.CanonicalJson;
import java.util.Locale;

/**
 * A text as a literal of conditions that a person can read over: what is not seen, or would move what stands beside it, is written as its code. It
 * means the same.
 */
final class PlainLiteral {
    private PlainLiteral() {}

    static String of(String text) {
        String quoted = CanonicalJson.quote(text);
        StringBuilder plain = new StringBuilder(quoted.length());
        quoted.codePoints().forEach(c -> {
            if (isPlain(c)) {
                plain.appendCodePoint(c);
            } else {
                plain.append(String.format(Locale.ROOT, c > 0xffff ? "\\U%08x" : "\\u%04x", c));
            }
        });
        return plain.toString();
    }

    private static boolean isPlain(int c) {
        return c < 0x7f || (isShown(c) && !isFromRight(c));
    }

    private static boolean isShown(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SPACE_SEPARATOR,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.NON_SPACING_MARK,
                    Character.ENCLOSING_MARK,
                    Character.PRIVATE_USE,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> false;
            // Letters and a pattern that are drawn as nothing.
            default -> c != 0x115f && c != 0x1160 && c != 0x3164 && c != 0xffa0 && c != 0x2800;
        };
    }

    private static boolean isFromRight(int c) {
        return switch (Character.getDirectionality(c)) {
            case Character.DIRECTIONALITY_RIGHT_TO_LEFT,
                    Character.DIRECTIONALITY_RIGHT_TO_LEFT_ARABIC,
                    Character.DIRECTIONALITY_ARABIC_NUMBER -> true;
            default -> false;
        };
    }
}
