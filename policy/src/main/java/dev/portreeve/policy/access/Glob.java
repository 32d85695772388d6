package dev.portreeve.policy.access;

/**
 * A name pattern in which {@code *} stands for any run of characters, also none. Nothing else is special. Case counts. Immutable.
 */
public final class Glob {
    private final String pattern;
    private final int firstStar;

    public Glob(String pattern) {
        this.pattern = pattern;
        this.firstStar = pattern.indexOf('*');
    }

    boolean isExact() {
        return firstStar < 0;
    }

    /** What stands before its first star; all of it if there is none. */
    String beginning() {
        return firstStar < 0 ? pattern : pattern.substring(0, firstStar);
    }

    public boolean matches(String name) {
        if (firstStar < 0) {
            return pattern.equals(name);
        }
        if (!name.regionMatches(0, pattern, 0, firstStar)) {
            return false;
        }
        if (firstStar == pattern.length() - 1) {
            return true;
        }
        return matchesFrom(name);
    }

    /** Goes back to the last star only, so it takes at most name times pattern steps. */
    private boolean matchesFrom(String name) {
        int n = firstStar;
        int p = firstStar;
        int star = -1;
        int retry = n;
        while (n < name.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                retry = n;
            } else if (p < pattern.length() && pattern.charAt(p) == name.charAt(n)) {
                p++;
                n++;
            } else if (star >= 0) {
                p = star + 1;
                n = ++retry;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }
}
