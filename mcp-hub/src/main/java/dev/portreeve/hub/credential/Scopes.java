package dev.portreeve.hub.credential;

import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A set of OAuth scopes, as it stands in a {@code scope} parameter (RFC 6749, section 3.3). */
record Scopes(Set<String> names) {
    static final Scopes NONE = new Scopes(Set.of());
    private static final int MAX_SCOPES = 100;
    private static final Pattern SCOPE = Pattern.compile("[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,200}");

    Scopes {
        names = Set.copyOf(names);
    }

    static boolean isScope(String name) {
        return SCOPE.matcher(name).matches();
    }

    static Scopes of(Collection<String> names) {
        return new Scopes(names.stream()
                .filter(Scopes::isScope)
                .limit(MAX_SCOPES)
                .collect(java.util.stream.Collectors.toUnmodifiableSet()));
    }

    /** Separated by blanks; what is no scope is left out. */
    static Scopes parse(@Nullable String text) {
        return text == null ? NONE : of(java.util.List.of(text.strip().split(" +")));
    }

    boolean isEmpty() {
        return names.isEmpty();
    }

    Scopes and(Scopes others) {
        Set<String> all = new TreeSet<>(names);
        all.addAll(others.names);
        return of(all);
    }

    /** In a fixed order. */
    @Override
    public String toString() {
        return String.join(" ", new TreeSet<>(names));
    }
}
