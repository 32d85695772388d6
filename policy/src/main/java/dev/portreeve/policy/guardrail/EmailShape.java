package dev.portreeve.policy.guardrail;

/** An e-mail address in the common form: dot-atom, {@code @}, a domain with a top level of letters. */
final class EmailShape implements Shape {
    private static final int MAX_LOCAL = 64;
    private static final int MAX_DOMAIN = 255;
    private static final int MAX_LABEL = 63;
    private static final CharSet LOCAL = CharSet.ALPHANUMERIC.and("._%+-'");
    private static final CharSet DOMAIN = CharSet.ALPHANUMERIC.and(".-");

    @Override
    public String kind() {
        return "email";
    }

    @Override
    public String starters() {
        return "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
    }

    @Override
    public int match(TextWindow window, int at) {
        if (!window.isWordStart(at)) {
            return NO;
        }
        int sign = at;
        int limit = Math.min(window.length(), at + MAX_LOCAL + 1);
        while (sign < limit && LOCAL.contains(window.at(sign))) {
            sign++;
        }
        if (sign - at > MAX_LOCAL) {
            return NO;
        }
        if (sign == window.length()) {
            return window.isLast() ? NO : MORE;
        }
        if (window.at(sign) != '@' || !isDotAtom(window, at, sign)) {
            return NO;
        }
        int from = sign + 1;
        int to = from;
        while (to < window.length() && to - from < MAX_DOMAIN && DOMAIN.contains(window.at(to))) {
            to++;
        }
        if (to == window.length() && to - from < MAX_DOMAIN && !window.isLast()) {
            return MORE;
        }
        return domainEnd(window, from, to);
    }

    private static boolean isDotAtom(TextWindow window, int from, int to) {
        for (int i = from; i < to; i++) {
            if (window.at(i) == '.' && (i == to - 1 || window.at(i + 1) == '.')) {
                return false;
            }
        }
        return true;
    }

    /** The end of the longest beginning of the run that is a domain: "joe@example.com." ends before its last dot. */
    private static int domainEnd(TextWindow window, int from, int to) {
        int best = NO;
        int label = from;
        int labels = 0;
        for (int i = from; i <= to; i++) {
            if (i == to || window.at(i) == '.') {
                int end = i;
                while (i == to && end > label && window.at(end - 1) == '-') {
                    end--;
                }
                if (!isLabel(window, label, end)) {
                    return best;
                }
                labels++;
                if (labels > 1 && isTopLevel(window, label, end)) {
                    best = end;
                }
                label = i + 1;
            }
        }
        return best;
    }

    private static boolean isLabel(TextWindow window, int from, int to) {
        return to > from && to - from <= MAX_LABEL && window.at(from) != '-' && window.at(to - 1) != '-';
    }

    private static boolean isTopLevel(TextWindow window, int from, int to) {
        if (window.startsWith(from, "xn--")) {
            return true;
        }
        for (int i = from; i < to; i++) {
            if (!CharSet.LETTERS.contains(window.at(i))) {
                return false;
            }
        }
        return to - from >= 2;
    }
}
