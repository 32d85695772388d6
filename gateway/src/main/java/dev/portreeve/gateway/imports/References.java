package dev.portreeve.gateway.imports;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Says each client's variables in our words. {@code ${VAR}}, {@code ${VAR:-default}} (Claude, Gemini), {@code ${env:VAR}}
 * (Cursor, VS Code), {@code ${input:id}} and {@code ${workspaceFolder}} (VS Code), {@code $VAR} and {@code %VAR%} (Gemini)
 * become {@code ${VAR}}; what is not a variable there stays as it is and is escaped for us.
 */
final class References {
    static final String NAME = "[A-Za-z_][A-Za-z0-9_]*";
    private static final Pattern BRACED = Pattern.compile("\\$\\{([^}]*)}");
    private static final Pattern PLAIN = Pattern.compile("(env:)?(" + NAME + ")(:-[^}]*)?");
    private static final Pattern INPUT = Pattern.compile("input:(.+)");
    private static final Pattern BARE = Pattern.compile("\\$(" + NAME + ")|%(" + NAME + ")%");
    private final ClientFormat format;
    private final Map<String, String> inputs = new LinkedHashMap<>();

    References(ClientFormat format) {
        this.format = format;
    }

    /** VS Code asks people for these. */
    void input(String id, String description) {
        inputs.put(id, description);
    }

    /** What the person is asked for that the variable stands for, if it stands for such a question. */
    @Nullable
    String question(String variable) {
        for (Map.Entry<String, String> input : inputs.entrySet()) {
            if (variable(input.getKey()).equals(variable)) {
                return input.getValue();
            }
        }
        return null;
    }

    String translate(String text) {
        if (format == ClientFormat.CODEX) {
            return escape(text);
        }
        Matcher matcher = BRACED.matcher(text);
        StringBuilder result = new StringBuilder();
        int from = 0;
        while (matcher.find()) {
            result.append(bare(text.substring(from, matcher.start()))).append(braced(matcher.group(1)));
            from = matcher.end();
        }
        return result.append(bare(text.substring(from))).toString();
    }

    /** For text in which nothing is a variable. */
    static String escape(String text) {
        return text.replace("${", "$${");
    }

    /** Whether something of the text comes from a variable already. */
    static boolean isReference(String ours) {
        return ours.replace("$${", "").contains("${");
    }

    /** A variable's name made of any text: {@code github-token} is {@code GITHUB_TOKEN}. */
    static String variable(String text) {
        String words = text.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toUpperCase(Locale.ROOT);
        String clean = words.replaceAll("[^A-Z0-9]+", "_").replaceAll("^_+|_+$", "");
        return clean.isEmpty() ? "VALUE" : Character.isDigit(clean.charAt(0)) ? "_" + clean : clean;
    }

    private String braced(String inside) {
        Matcher input = INPUT.matcher(inside);
        if (input.matches()) {
            return "${" + variable(input.group(1)) + "}";
        }
        boolean editor = format == ClientFormat.VS_CODE || format == ClientFormat.CURSOR;
        if (editor && inside.equals("userHome")) {
            return "${HOME}";
        }
        if (editor && (inside.equals("pathSeparator") || inside.equals("/"))) {
            return "/";
        }
        Matcher plain = PLAIN.matcher(inside);
        if (!plain.matches()) {
            return "$${" + inside + "}";
        }
        boolean own = editor && plain.group(1) == null;
        String otherwise = plain.group(3) == null ? "" : plain.group(3);
        return "${" + (own ? variable(plain.group(2)) : plain.group(2)) + otherwise + "}";
    }

    private String bare(String text) {
        return format == ClientFormat.GEMINI_CLI
                ? BARE.matcher(text)
                        .replaceAll(found -> Matcher.quoteReplacement(
                                "${" + (found.group(1) == null ? found.group(2) : found.group(1)) + "}"))
                : text;
    }
}
