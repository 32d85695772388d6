package dev.portreeve.policy.guardrail;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A credential of the usual form: a fixed prefix, then characters of one set, perhaps a checksum.
 *
 * @param prefixes any of these
 * @param body the set behind the prefix
 * @param min how many of them at least
 * @param max how many are looked at; where {@code max} is above {@code min}, more of the set still belongs to the match
 * @param alone whether no letter or digit may touch it, for forms too weak to stand inside a word
 * @param check the last word, on the body without the prefix
 */
record TokenShape(
        String kind, List<String> prefixes, CharSet body, int min, int max, boolean alone, Predicate<String> check)
        implements Shape {

    TokenShape {
        int longest = prefixes.stream().mapToInt(String::length).max().orElse(0);
        if (longest + max + 1 >= Guardrail.MAX_HOLD_BACK) {
            throw new IllegalArgumentException("shape \"" + kind + "\" is too long to wait for");
        }
    }

    @Override
    public String starters() {
        return prefixes.stream()
                .map(prefix -> prefix.substring(0, 1))
                .distinct()
                .collect(Collectors.joining());
    }

    @Override
    public int match(TextWindow window, int at) {
        if (alone && !window.isWordStart(at)) {
            return NO;
        }
        int from = behindPrefix(window, at);
        if (from < 0) {
            return from;
        }
        int end = from;
        int limit = Math.min(window.length(), from + max);
        while (end < limit && body.contains(window.at(end))) {
            end++;
        }
        boolean cut = end == window.length() && !window.isLast();
        if (cut && (end < from + max || alone)) {
            return MORE;
        }
        if (end - from < min || (alone && end < window.length() && CharSet.ALPHANUMERIC.contains(window.at(end)))) {
            return NO;
        }
        return check.test(window.text(from, end)) ? end : NO;
    }

    private int behindPrefix(TextWindow window, int at) {
        int result = NO;
        for (String prefix : prefixes) {
            int behind = window.behind(at, prefix);
            if (behind >= 0) {
                return behind;
            }
            result = behind == MORE ? MORE : result;
        }
        return result;
    }

    @Override
    public @Nullable Tail tail() {
        return max > min ? body::contains : null;
    }
}
