package dev.portreeve.gateway.imports;

import dev.portreeve.gateway.config.BadConfig;
import dev.portreeve.gateway.config.ConfigProblem;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.toml.TomlMapper;

/** A file as a tree whose values know their lines: JSON, with the comments and last commas that editors allow, or TOML. */
final class SourceText {
    private static final Pattern TABLE = Pattern.compile("^\\s*\\[\\[?\\s*([^\\]]+?)\\s*]]?\\s*(#.*)?$");
    private static final Pattern KEY = Pattern.compile("^\\s*((?:\"[^\"]*\"|'[^']*'|[A-Za-z0-9_.-])+)\\s*=.*$");
    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
                    .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    .build())
            .build();

    private final String name;
    private final boolean toml;
    private final JsonNode root;
    private final Map<String, Integer> lines;

    private SourceText(String name, boolean toml, JsonNode root, Map<String, Integer> lines) {
        this.name = name;
        this.toml = toml;
        this.root = root;
        this.lines = lines;
    }

    /**
     * Told apart by the first character that counts: JSON of these kinds begins with a brace.
     *
     * @throws BadConfig it is neither, with the line
     */
    static SourceText parse(String name, String text) {
        String plain = text.startsWith("\ufeff") ? text.substring(1) : text;
        if (plain.isBlank()) {
            throw new BadConfig(List.of(new ConfigProblem(name, 0, "", "is empty")));
        }
        boolean json =
                plain.replaceAll("(?s)^(\\s|//[^\\n]*\\n|/\\*.*?\\*/)+", "").startsWith("{");
        try {
            return json
                    ? new SourceText(name, false, JSON.readTree(plain), jsonLines(plain))
                    : new SourceText(name, true, new TomlMapper().readTree(plain), tomlLines(plain));
        } catch (JacksonException broken) {
            int line = broken.getLocation() == null
                    ? 0
                    : Math.max(broken.getLocation().getLineNr(), 0);
            // The parser's own words may quote what stands there, which may be a secret.
            String what = json ? "not JSON (comments are fine)" : "neither JSON nor TOML";
            throw new BadConfig(List.of(new ConfigProblem(name, line, "", what + reason(broken))));
        }
    }

    private static String reason(JacksonException broken) {
        String message = String.valueOf(broken.getOriginalMessage());
        if (message.startsWith("Duplicate")) {
            return ": a key stands there twice";
        }
        return message.startsWith("Unexpected end-of-input") ? ": it ends too early" : "";
    }

    String name() {
        return name;
    }

    boolean isToml() {
        return toml;
    }

    JsonNode root() {
        return root;
    }

    /** The line of a value, or of the nearest thing around it; 0 if nothing is known. */
    int line(String path) {
        String known = path;
        while (!known.isEmpty() && !lines.containsKey(known)) {
            known = known.substring(0, Math.max(known.lastIndexOf('.'), 0));
        }
        return lines.getOrDefault(known, 0);
    }

    BadConfig problem(String path, String what) {
        return new BadConfig(List.of(new ConfigProblem(name, line(path), path, what)));
    }

    private static Map<String, Integer> jsonLines(String text) {
        Map<String, Integer> lines = new HashMap<>();
        try (JsonParser parser = JSON.createParser(text)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                String pointer = parser.streamReadContext().pathAsPointer().toString();
                String path = pointer.isEmpty() ? "" : pointer.substring(1).replace('/', '.');
                lines.putIfAbsent(
                        path.replace("~1", "/").replace("~0", "~"),
                        parser.currentTokenLocation().getLineNr());
            }
        }
        return lines;
    }

    /** Headers and keys at the beginning of a line; what is written in other ways has the line of its table. */
    private static Map<String, Integer> tomlLines(String text) {
        Map<String, Integer> lines = new HashMap<>();
        String table = "";
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            Matcher header = TABLE.matcher(line);
            Matcher key = KEY.matcher(line);
            if (header.matches()) {
                table = unquoted(header.group(1));
                lines.putIfAbsent(table, number);
            } else if (key.matches()) {
                lines.putIfAbsent((table.isEmpty() ? "" : table + ".") + unquoted(key.group(1)), number);
            }
        }
        return lines;
    }

    private static String unquoted(String key) {
        return key.replaceAll("[\"']", "").replaceAll("\\s*\\.\\s*", ".");
    }
}
