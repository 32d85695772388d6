package dev.portreeve.gateway.config;

import java.util.Collection;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds the valid name that a mistyped one most likely meant. */
public final class Spelling {
    private static final int LONGEST_LIST = 24;

    private Spelling() {}

    /** The end of a message about an unknown name: the nearest valid one, or all of them where they are few. */
    static String hint(String typed, Collection<String> valid) {
        String nearest = nearest(typed, valid);
        if (nearest != null) {
            return ", did you mean \"" + nearest + "\"";
        }
        if (valid.isEmpty() || valid.size() > LONGEST_LIST) {
            return "";
        }
        return "; valid: " + valid.stream().sorted().collect(Collectors.joining(", "));
    }

    /** The valid name that is only a few letters away, or {@code null} if none is. */
    public static @Nullable String nearest(String typed, Collection<String> valid) {
        String best = null;
        int bestDistance = Math.max(2, typed.length() / 3) + 1;
        for (String candidate : valid) {
            int distance = distance(typed, candidate);
            if (distance < bestDistance) {
                best = candidate;
                bestDistance = distance;
            }
        }
        return best;
    }

    /** Levenshtein's distance, with an exchange of neighbours counted once. */
    private static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + change);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
