package dev.portreeve.gateway.imports;

import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** Gives servers names that can be prefixes of tools: 1 to 24 of {@code [a-z0-9-]}, each once. */
final class Slugs {
    private static final int LONGEST = 24;
    /** Hosts keep these for servers of their own. */
    private static final Set<String> RESERVED = Set.of("workspace", "claude-in-chrome", "computer-use", "ide");

    private final Set<String> taken = new HashSet<>(RESERVED);

    Slugs(Collection<String> taken) {
        this.taken.addAll(taken);
    }

    /** A slug for a server that a client calls {@code name}; the last word of a registry's long name. */
    String of(String name) {
        String last = name.substring(name.lastIndexOf('/') + 1);
        String words = last.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
        String clean = trimmed(words.replaceAll("[^a-z0-9]+", "-"));
        String base = clean.isEmpty() ? "server" : trimmed(cut(clean, LONGEST));
        String slug = base;
        for (int i = 2; !taken.add(slug); i++) {
            String number = "-" + i;
            slug = trimmed(cut(base, LONGEST - number.length())) + number;
        }
        return slug;
    }

    private static String cut(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length);
    }

    private static String trimmed(String text) {
        return text.replaceAll("^-+|-+$", "");
    }
}
