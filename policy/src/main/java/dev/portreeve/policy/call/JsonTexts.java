package dev.portreeve.policy.call;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Strings of a JSON document with the bytes they stand in, so that some can be replaced while every other byte stays as it
 * was sent (INV-6). Immutable; the array it was made from must not change.
 */
public final class JsonTexts {
    private final byte[] json;
    private final List<Text> texts;

    /**
     * One string value.
     *
     * @param pointer where it stands, as a JSON Pointer ({@code /messages/0/content})
     * @param value decoded
     * @param start the byte of its opening quote
     * @param end the byte behind its closing quote
     */
    public record Text(String pointer, String value, int start, int end) {}

    private JsonTexts(byte[] json, List<Text> texts) {
        this.json = json;
        this.texts = List.copyOf(texts);
    }

    /**
     * Reads the document once, in document order; values no path leads to are skipped without being decoded, but still
     * checked for syntax and for keys that stand twice.
     *
     * @throws MalformedJson if it is not one JSON value
     */
    public static JsonTexts find(byte[] json, JsonPaths paths) {
        List<Text> found = new ArrayList<>();
        try (JsonParser parser = StrictJson.parser(json)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw new MalformedJson(JsonProblem.Kind.SYNTAX, json.length);
            }
            new Reading(parser, found).value(first, paths.start(), "");
            if (parser.nextToken() != null) {
                throw new MalformedJson(
                        JsonProblem.Kind.SYNTAX, parser.currentTokenLocation().getByteOffset());
            }
        } catch (JacksonException e) {
            throw StrictJson.malformed(e);
        }
        return new JsonTexts(json, found);
    }

    public List<Text> texts() {
        return texts;
    }

    /**
     * The document with each text replaced by the value at the same place in {@code values}. Strings that did not change
     * keep their bytes, and if none changed the very same array comes back.
     *
     * @throws IllegalArgumentException unless there are as many values as texts
     */
    public byte[] with(List<String> values) {
        if (values.size() != texts.size()) {
            throw new IllegalArgumentException(values.size() + " values for " + texts.size() + " texts");
        }
        ByteArrayOutputStream out = null;
        int copied = 0;
        for (int i = 0; i < values.size(); i++) {
            Text text = texts.get(i);
            if (!text.value().equals(values.get(i))) {
                out = out == null ? new ByteArrayOutputStream(json.length + 64) : out;
                out.write(json, copied, text.start() - copied);
                out.writeBytes(CanonicalJson.quote(values.get(i)).getBytes(StandardCharsets.UTF_8));
                copied = text.end();
            }
        }
        if (out == null) {
            return json;
        }
        out.write(json, copied, json.length - copied);
        return out.toByteArray();
    }

    private record Reading(JsonParser parser, List<Text> found) {
        void value(JsonToken token, JsonPaths.Position position, String pointer) {
            if (token == JsonToken.VALUE_STRING) {
                if (position.isTaken()) {
                    take(pointer);
                } else {
                    parser.finishToken();
                }
            } else if (position.isNowhere()) {
                parser.skipChildren();
            } else if (token == JsonToken.START_OBJECT) {
                while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                    String name = parser.currentName();
                    JsonPaths.Position next = position.member(name);
                    value(parser.nextToken(), next, next.isNowhere() ? "" : pointer + '/' + escaped(name));
                }
            } else if (token == JsonToken.START_ARRAY) {
                JsonPaths.Position next = position.item();
                int index = 0;
                for (JsonToken item = parser.nextToken(); item != JsonToken.END_ARRAY; item = parser.nextToken()) {
                    value(item, next, next.isNowhere() ? "" : pointer + '/' + index);
                    index++;
                }
            }
        }

        private void take(String pointer) {
            int start = Math.toIntExact(parser.currentTokenLocation().getByteOffset());
            String value = StrictJson.wellFormed(parser.getString(), start);
            int end = Math.toIntExact(parser.currentLocation().getByteOffset());
            found.add(new Text(pointer, value, start, end));
        }

        private static String escaped(String name) {
            return name.indexOf('~') < 0 && name.indexOf('/') < 0
                    ? name
                    : name.replace("~", "~0").replace("/", "~1");
        }
    }
}
