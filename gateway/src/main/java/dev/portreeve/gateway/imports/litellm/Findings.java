package dev.portreeve.gateway.imports.litellm;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Collects what became of the file, and the variables that stand for its secrets. One file, one thread. */
final class Findings {
    private static final String REFERENCE = "os.environ/";
    private static final String NAME = "[A-Za-z_][A-Za-z0-9_]*";

    private final List<Finding> all = new ArrayList<>();
    private final Map<String, String> variables = new LinkedHashMap<>();
    private final Set<String> read = new LinkedHashSet<>();

    void converted(Value value, String what) {
        all.add(new Finding(value.line(), value.path(), Finding.Kind.CONVERTED, what));
    }

    void changed(Value value, String what) {
        all.add(new Finding(value.line(), value.path(), Finding.Kind.CHANGED, what));
    }

    void unsupported(Value value, String what) {
        all.add(new Finding(value.line(), value.path(), Finding.Kind.NOT_SUPPORTED, what));
    }

    /** Says of everything in the map that nobody has spoken of: it is not carried over. */
    void rest(Value map, Collection<String> known) {
        map.map().forEach((key, value) -> {
            if (!known.contains(key)) {
                unsupported(value, "is not known here; left out");
            }
        });
    }

    List<Finding> all() {
        List<Finding> sorted = new ArrayList<>(all);
        sorted.sort(Comparator.comparingInt(Finding::line));
        return List.copyOf(sorted);
    }

    /** The variables that must be set, with what for. */
    Map<String, String> variables() {
        return variables;
    }

    /**
     * A value that may be secret, as a reference: {@code os.environ/NAME} is {@code ${NAME}}; a literal becomes a variable and is
     * not copied.
     *
     * @param otherwise the variable's name for a literal
     */
    String secret(Value value, String otherwise) {
        String text = value.string().orElse("");
        if (isReference(text)) {
            String name = text.substring(REFERENCE.length());
            variables.putIfAbsent(name, value.path());
            return "${" + name + "}";
        }
        String name = variable(otherwise);
        // The same secret is one variable wherever it stands; two of them are two. It is compared, and never shown.
        String free = name;
        for (int i = 2; !read.contains(free + "\n" + text) && isTaken(free); i++) {
            free = name + "_" + i;
        }
        read.add(free + "\n" + text);
        variables.putIfAbsent(free, value.path());
        changed(
                value,
                "a literal stands here: it was not copied; set " + free
                        + " for the gateway and take it out of this file");
        return "${" + free + "}";
    }

    private boolean isTaken(String name) {
        return variables.containsKey(name);
    }

    static boolean isReference(String text) {
        return text.startsWith(REFERENCE) && text.substring(REFERENCE.length()).matches(NAME);
    }

    /** Text that is no secret, with references in our words. */
    String plain(Value value) {
        String text = value.string().orElse("");
        if (isReference(text)) {
            String name = text.substring(REFERENCE.length());
            variables.putIfAbsent(name, value.path());
            return "${" + name + "}";
        }
        return escaped(text);
    }

    /** For text in which nothing is a variable of ours. */
    static String escaped(String text) {
        return text.replace("${", "$${");
    }

    static String variable(String words) {
        String clean =
                words.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]+", "_").replaceAll("^_+|_+$", "");
        return clean.isEmpty() || Character.isDigit(clean.charAt(0)) ? "KEY_" + clean : clean;
    }
}
