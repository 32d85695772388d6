package dev.portreeve.gateway.config;

import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Writes values as YAML on one line, in a form that is read back as the same text wherever it stands. */
public final class YamlScalar {
    private static final Pattern PLAIN = Pattern.compile("(-{1,2}|\\.{0,2}/)?[A-Za-z_][A-Za-z0-9_./@=+-]*");
    private static final Set<String> NOT_TEXT = Set.of("true", "false", "yes", "no", "on", "off", "null", "y", "n");

    private YamlScalar() {}

    /** One text, in quotes where it needs them. */
    public static String text(String value) {
        boolean plain = PLAIN.matcher(value).matches() && !NOT_TEXT.contains(value.toLowerCase(Locale.ROOT));
        return plain ? value : quoted(value);
    }

    /** A list. */
    public static String list(Collection<String> values) {
        return values.stream().map(YamlScalar::text).collect(Collectors.joining(", ", "[", "]"));
    }

    /** Keys with values, in the order of the map. */
    public static String map(Map<String, String> values) {
        return values.entrySet().stream()
                .map(value -> text(value.getKey()) + ": " + text(value.getValue()))
                .collect(Collectors.joining(", ", "{ ", " }"));
    }

    private static String quoted(String value) {
        StringBuilder quoted = new StringBuilder("\"");
        value.codePoints().forEach(c -> {
            switch (c) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\t' -> quoted.append("\\t");
                default -> {
                    boolean visible = !Character.isISOControl(c)
                            && Character.getType(c) != Character.FORMAT
                            && Character.getType(c) != Character.SURROGATE
                            && c != 0x2028
                            && c != 0x2029;
                    quoted.append(visible ? Character.toString(c) : String.format(Locale.ROOT, "\\U%08x", c));
                }
            }
        });
        return quoted.append('"').toString();
    }
}
