package dev.portreeve.audit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** What a record says, read back from its bytes. Immutable. */
public final class LeafValues {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int DEEPEST = 32;
    private final Map<String, Object> members;

    private LeafValues(Map<String, Object> members) {
        this.members = members;
    }

    /** Of bytes that are no record any more, as little as can be read. */
    public static LeafValues of(byte[] leaf) {
        Map<String, Object> members = new LinkedHashMap<>();
        boolean unused = read(leaf, members);
        return new LeafValues(members);
    }

    /** Of bytes that are no record any more, nothing. */
    public static LeafValues ofWhole(byte[] leaf) {
        Map<String, Object> members = new LinkedHashMap<>();
        return new LeafValues(read(leaf, members) ? members : Map.of());
    }

    /** False where the bytes cease to be JSON. */
    private static boolean read(byte[] leaf, Map<String, Object> members) {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), leaf)) {
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                object(parser, members, 0);
            }
            return true;
        } catch (JacksonException | IllegalArgumentException changed) {
            return false;
        }
    }

    /** All members: texts, longs, booleans, lists and maps of these. */
    public Map<String, Object> members() {
        return Collections.unmodifiableMap(members);
    }

    /** A text at this path of members; {@code null} if there is none. */
    public @Nullable String text(String... path) {
        return at(path) instanceof String text ? text : null;
    }

    /** A whole number at this path; {@code null} if there is none. */
    public @Nullable Long number(String... path) {
        return at(path) instanceof Long number ? number : null;
    }

    /** The texts of a list at this path; empty if there is none. */
    public List<String> texts(String... path) {
        return at(path) instanceof List<?> list
                ? list.stream()
                        .filter(String.class::isInstance)
                        .map(String.class::cast)
                        .toList()
                : List.of();
    }

    /** The names of all members. */
    public List<String> names() {
        return List.copyOf(members.keySet());
    }

    private @Nullable Object at(String... path) {
        Object value = members;
        for (String name : path) {
            value = value instanceof Map<?, ?> map ? map.get(name) : null;
        }
        return value;
    }

    private static void object(JsonParser parser, Map<String, Object> into, int depth) {
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            Object value = value(parser, depth + 1);
            if (value != null) {
                into.put(name, value);
            }
        }
    }

    private static @Nullable Object value(JsonParser parser, int depth) {
        if (depth > DEEPEST) {
            throw new IllegalArgumentException("nested too deeply for a record");
        }
        return switch (parser.currentToken()) {
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT -> parser.getLongValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case START_OBJECT -> {
                Map<String, Object> members = new LinkedHashMap<>();
                object(parser, members, depth);
                yield members;
            }
            case START_ARRAY -> {
                List<Object> list = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    Object element = value(parser, depth + 1);
                    if (element != null) {
                        list.add(element);
                    }
                }
                yield list;
            }
            case null, default -> null;
        };
    }
}
