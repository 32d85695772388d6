package dev.portreeve.policy.guardrail;

import java.util.Set;

/**
 * A payment card number: an issuer's prefix with a length that issuer uses, and the Luhn check digit. Written in one piece or in the usual
 * groups with blanks or hyphens between.
 */
final class CardShape implements Shape {
    private static final int MAX_DIGITS = 19;
    private static final Set<String> GROUPINGS = Set.of("4444", "44443", "465", "464");

    @Override
    public String kind() {
        return "credit-card";
    }

    @Override
    public String starters() {
        return "23456";
    }

    @Override
    public int match(TextWindow window, int at) {
        if (!window.isWordStart(at) || window.before(at) == '.') {
            return NO;
        }
        StringBuilder digits = new StringBuilder(MAX_DIGITS);
        StringBuilder groups = new StringBuilder();
        char separator = 0;
        int best = NO;
        int i = at;
        while (true) {
            int group = i;
            while (i < window.length() && CharSet.DIGITS.contains(window.at(i)) && digits.length() <= MAX_DIGITS) {
                digits.append(window.at(i++));
            }
            if (digits.length() > MAX_DIGITS) {
                return best;
            }
            if (i == window.length() && !window.isLast()) {
                return MORE;
            }
            groups.append((char) ('0' + Math.min(i - group, 9)));
            boolean ends = i == window.length() || !CharSet.LETTERS.contains(window.at(i));
            if (ends && isGrouped(groups) && isCard(digits)) {
                best = i;
            }
            if (i == window.length() || !separates(window.at(i), separator)) {
                return best;
            }
            if (i + 1 == window.length()) {
                return window.isLast() ? best : MORE;
            }
            if (!CharSet.DIGITS.contains(window.at(i + 1))) {
                return best;
            }
            separator = window.at(i++);
        }
    }

    private static boolean separates(char c, char separator) {
        return separator == 0 ? c == ' ' || c == '-' : c == separator;
    }

    private static boolean isGrouped(CharSequence groups) {
        return groups.length() == 1 || GROUPINGS.contains(groups.toString());
    }

    private static boolean isCard(CharSequence digits) {
        return digits.length() >= 13 && isIssued(digits) && luhn(digits);
    }

    private static boolean isIssued(CharSequence digits) {
        int length = digits.length();
        int four = Integer.parseInt(digits, 0, 4, 10);
        int two = four / 100;
        return switch (four / 1000) {
            case 4 -> length == 13 || length == 16 || length == 19;
            case 2 -> four >= 2221 && four <= 2720 && length == 16;
            case 3 ->
                switch (two) {
                    case 34, 37 -> length == 15;
                    case 36, 38, 39 -> length == 14;
                    case 30 -> four <= 3059 && length == 14;
                    case 35 -> four >= 3528 && four <= 3589 && length >= 16;
                    default -> false;
                };
            case 5 -> (two >= 51 && two <= 55 && length == 16) || isMaestro(four);
            case 6 -> (isDiscoverOrUnionPay(four) && length >= 16) || isMaestro(four);
            default -> false;
        };
    }

    private static boolean isDiscoverOrUnionPay(int four) {
        int two = four / 100;
        return four == 6011 || two == 62 || two == 65 || (four >= 6440 && four <= 6499);
    }

    private static boolean isMaestro(int four) {
        return Set.of(5018, 5020, 5038, 5893, 6304, 6759, 6761, 6762, 6763).contains(four);
    }

    private static boolean luhn(CharSequence digits) {
        int sum = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(digits.length() - 1 - i) - '0';
            int doubled = i % 2 == 0 ? digit : 2 * digit;
            sum += doubled > 9 ? doubled - 9 : doubled;
        }
        return sum % 10 == 0;
    }
}
