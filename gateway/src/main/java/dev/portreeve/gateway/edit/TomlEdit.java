package dev.portreeve.gateway.edit;

import dev.portreeve.gateway.config.BadConfig;
import dev.portreeve.gateway.config.ConfigProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.toml.TomlMapper;

/** Puts one table into a TOML file by putting text in: comments, order and spaces of the rest stay. */
public final class TomlEdit {
    private static final TomlMapper MAPPER = new TomlMapper();

    private TomlEdit() {}

    /**
     * Sets the table {@code [section.key]} and nothing else.
     *
     * @param name of the file, for messages
     * @param text of the file; blank for a new one
     * @param key of letters, digits, {@code _} and {@code -}
     * @param lines of the table
     * @throws BadConfig the file is not TOML, or has the table in a form that text cannot safely be put into
     */
    public static String put(String name, String text, String section, String key, String lines) {
        JsonNode before = tree(name, text);
        String table = "[" + section + "." + key + "]\n" + lines;
        JsonNode wanted = tree(name, table);
        if (before.path(section).path(key).equals(wanted.path(section).path(key))) {
            return text;
        }
        String after = spliced(text, section, key, table);
        ObjectNode expected = ((ObjectNode) before).deepCopy();
        expected.withObjectProperty(section).set(key, wanted.path(section).path(key));
        JsonNode made;
        try {
            made = MAPPER.readTree(after);
        } catch (JacksonException broken) {
            throw unsafe(name);
        }
        if (!made.equals(expected)) {
            throw unsafe(name);
        }
        return after;
    }

    private static String spliced(String text, String section, String key, String table) {
        Pattern ours = Pattern.compile("\\s*\\[\\s*" + section + "\\s*\\.\\s*[\"']?" + key + "[\"']?\\s*(]|\\.).*");
        List<String> lines = new ArrayList<>(text.lines().toList());
        int from = first(lines, 0, ours);
        if (from < 0) {
            String gap = text.isBlank() ? "" : text.endsWith("\n") ? "\n" : "\n\n";
            return text + gap + table;
        }
        int to = from + 1;
        while (to < lines.size()
                && (!lines.get(to).stripLeading().startsWith("[")
                        || ours.matcher(lines.get(to)).matches())) {
            to++;
        }
        while (to > from + 1
                && (lines.get(to - 1).isBlank()
                        || lines.get(to - 1).stripLeading().startsWith("#"))) {
            to--;
        }
        List<String> result = new ArrayList<>(lines.subList(0, from));
        result.addAll(table.lines().toList());
        result.addAll(lines.subList(to, lines.size()));
        return String.join("\n", result) + "\n";
    }

    private static int first(List<String> lines, int from, Pattern pattern) {
        for (int i = from; i < lines.size(); i++) {
            if (pattern.matcher(lines.get(i)).matches()) {
                return i;
            }
        }
        return -1;
    }

    private static JsonNode tree(String name, String text) {
        try {
            return text.isBlank() ? MAPPER.createObjectNode() : MAPPER.readTree(text);
        } catch (JacksonException broken) {
            int line = broken.getLocation() == null ? 0 : broken.getLocation().getLineNr();
            throw new BadConfig(List.of(new ConfigProblem(name, Math.max(line, 0), "", "not TOML")));
        }
    }

    private static BadConfig unsafe(String name) {
        return new BadConfig(List.of(new ConfigProblem(
                name, 0, "", "cannot be changed safely; nothing was written: add the entry by hand")));
    }
}
