package dev.portreeve.policy.call;

import java.util.List;
import java.util.regex.Pattern;

/**
 * What a caller says of its call, for budgets and records. It is the caller's word: nothing is permitted because of it.
 *
 * @param session the conversation or run it belongs to; empty where the caller named none
 * @param tags at most {@value #MAX_TAGS}
 */
public record Labels(String session, List<String> tags) {
    public static final Labels NONE = new Labels("", List.of());
    public static final int MAX_TAGS = 10;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:@+/-]{0,99}");

    public Labels {
        tags = List.copyOf(tags);
        if (!session.isEmpty() && !isName(session)) {
            throw new IllegalArgumentException("a session's name " + form());
        }
        if (tags.size() > MAX_TAGS || !tags.stream().allMatch(Labels::isName)) {
            throw new IllegalArgumentException("a call has at most " + MAX_TAGS + " tags, and each " + form());
        }
    }

    /** Whether this can be the name of a session or a tag. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    private static String form() {
        return "has letters, digits and . _ : @ + / -, at most 100, beginning with a letter or digit";
    }

    public boolean isEmpty() {
        return session.isEmpty() && tags.isEmpty();
    }
}
