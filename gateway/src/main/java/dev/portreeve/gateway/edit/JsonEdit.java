package dev.portreeve.gateway.edit;

import dev.portreeve.gateway.config.BadConfig;
import dev.portreeve.gateway.config.ConfigProblem;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Puts one entry into an object of a JSON file by putting text in: comments, order and spaces of the rest stay. */
public final class JsonEdit {
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
                    .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    .build())
            .build();
    private static final String STEP = "  ";

    private JsonEdit() {}

    /**
     * Sets {@code section.key} and nothing else.
     *
     * @param name of the file, for messages
     * @param text of the file; blank for a new one
     * @param value JSON
     * @throws BadConfig the file is not JSON, or {@code section} is no object
     */
    public static String put(String name, String text, String section, String key, String value) {
        if (text.isBlank()) {
            return put(name, "{}\n", section, key, value);
        }
        boolean marked = text.startsWith("\ufeff");
        String plain = marked ? text.substring(1) : text;
        JsonNode before = tree(name, plain);
        if (!before.isObject()
                || !(before.path(section).isMissingNode()
                        || before.path(section).isObject())) {
            throw refused(name, 0, section + " is not an object: add the entry by hand");
        }
        JsonNode wanted = MAPPER.readTree(value);
        if (before.path(section).path(key).equals(wanted)) {
            return text;
        }
        String after = spliced(plain, before, section, key, value);
        JsonNode made = tree(name, after);
        ObjectNode expected = ((ObjectNode) before).deepCopy();
        expected.withObjectProperty(section).set(key, wanted);
        if (!made.equals(expected)) {
            throw refused(name, 0, "cannot be changed safely; nothing was written: add the entry by hand");
        }
        return (marked ? "\ufeff" : "") + after;
    }

    private static String spliced(String text, JsonNode before, String section, String key, String value) {
        Span root = span(text, null, null);
        Span inside = span(text, section, null);
        Span old = span(text, section, key);
        if (old != null) {
            return text.substring(0, old.from()) + indented(value, STEP.repeat(2)) + text.substring(old.to());
        }
        String entry = "\n" + STEP.repeat(2) + quoted(key) + ": " + indented(value, STEP.repeat(2));
        if (inside != null) {
            String end = before.path(section).isEmpty() ? "\n" + STEP : ",";
            return text.substring(0, inside.from() + 1) + entry + end + text.substring(inside.from() + 1);
        }
        String whole = "\n" + STEP + quoted(section) + ": {" + entry + "\n" + STEP + "}";
        int at = root == null ? 0 : root.from() + 1;
        return text.substring(0, at) + whole + (before.isEmpty() ? "\n" : ",") + text.substring(at);
    }

    /** From the first character of a value to behind its last. */
    private record Span(int from, int to) {}

    /** The span of the root, of a member of it, or of a member of that. */
    private static @Nullable Span span(String text, @Nullable String section, @Nullable String key) {
        String pointer = (section == null ? "" : "/" + section) + (key == null ? "" : "/" + key);
        int from = -1;
        try (JsonParser parser = MAPPER.createParser(text)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                boolean here =
                        parser.streamReadContext().pathAsPointer().toString().equals(pointer);
                if (here && token != JsonToken.PROPERTY_NAME && from < 0) {
                    from = (int) parser.currentTokenLocation().getCharOffset();
                }
                boolean ended = here && (token.isScalarValue() || token.isStructEnd());
                if (ended) {
                    parser.finishToken();
                    return new Span(from, (int) parser.currentLocation().getCharOffset());
                }
            }
        }
        return null;
    }

    private static String indented(String value, String indent) {
        return value.replace("\n", "\n" + indent);
    }

    private static String quoted(String text) {
        return MAPPER.writeValueAsString(text);
    }

    private static JsonNode tree(String name, String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JacksonException broken) {
            int line = broken.getLocation() == null ? 0 : broken.getLocation().getLineNr();
            throw refused(name, Math.max(line, 0), "not JSON (comments are fine)");
        }
    }

    private static BadConfig refused(String name, int line, String what) {
        return new BadConfig(List.of(new ConfigProblem(name, line, "", what)));
    }
}
