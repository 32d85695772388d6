package dev.portreeve.policy.access;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The condition function {@code repo.owner(repository)}: who owns a repository that is named as {@code owner/name}, or by its URL with {@code
 * https}. What could be read in two ways ({@code ..}, more or fewer parts, escapes, white space) is an error, so its rule fails closed. Case
 * is kept.
 */
final class RepositoryOwner {
    private static final String PART = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}";
    private static final Pattern PLAIN = Pattern.compile("(" + PART + ")/" + PART);
    private static final Pattern PATH = Pattern.compile("https://[A-Za-z0-9.-]+/(" + PART + ")/" + PART + "/?");

    private RepositoryOwner() {}

    /** @throws IllegalArgumentException if it does not name one repository beyond doubt */
    static String of(String repository) {
        for (Pattern form : new Pattern[] {PLAIN, PATH}) {
            Matcher matcher = form.matcher(repository);
            if (matcher.matches()) {
                return matcher.group(1);
            }
        }
        throw new IllegalArgumentException("this is not owner/name of a repository, nor its https address");
    }
}
