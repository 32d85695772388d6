package dev.portreeve.gateway.admin;

import static dev.portreeve.gateway.admin.Html.concat;
import static dev.portreeve.gateway.admin.Html.tag;
import static dev.portreeve.gateway.admin.Html.text;

import java.util.ArrayList;
import java.util.List;

/**
 * Text in which words of a script that is read from right to left move nothing else: browsers would put a number that follows such a word
 * before it, so that an amount seems to belong to other words.
 */
final class Directions {
    private Directions() {}

    /** Whether there is a letter that is read from right to left. */
    static boolean goesLeft(String text) {
        return text.codePoints().anyMatch(Directions::isLeft);
    }

    /** The text with each run of such words in an element of its own, beyond which its direction does not reach. */
    static Html isolated(String text) {
        if (!goesLeft(text)) {
            return text(text);
        }
        List<Html> parts = new ArrayList<>();
        int from = 0;
        while (from < text.length()) {
            int begin = from;
            while (begin < text.length() && !isLeft(text.codePointAt(begin))) {
                begin += Character.charCount(text.codePointAt(begin));
            }
            parts.add(text(text.substring(from, begin)));
            int end = end(text, begin);
            if (end > begin) {
                parts.add(tag("bdi", "", text.substring(begin, end)));
            }
            from = end;
        }
        return concat(parts);
    }

    /** Where a run of words ends that begins here: behind its last letter, with the spaces between its words and the marks on its letters. */
    private static int end(String text, int begin) {
        int end = begin;
        int at = begin;
        while (at < text.length()) {
            int c = text.codePointAt(at);
            boolean mark = Character.getType(c) == Character.NON_SPACING_MARK;
            if (!isLeft(c) && !mark && c != ' ') {
                break;
            }
            at += Character.charCount(c);
            end = c == ' ' ? end : at;
        }
        return end;
    }

    private static boolean isLeft(int c) {
        return switch (Character.getDirectionality(c)) {
            case Character.DIRECTIONALITY_RIGHT_TO_LEFT, Character.DIRECTIONALITY_RIGHT_TO_LEFT_ARABIC -> true;
            default -> false;
        };
    }
}
