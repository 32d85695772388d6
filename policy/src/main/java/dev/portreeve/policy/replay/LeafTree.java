package dev.portreeve.policy.replay;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** An object of JSON, such as a record's line, whose members may be anything: what is not there or not of the wanted kind is absent. Immutable. */
final class LeafTree {
    private static final JsonFactory FACTORY = new JsonFactory();
    private static final LeafTree EMPTY = new LeafTree(Map.of());
    private final Map<String, Object> members;

    private LeafTree(Map<String, Object> members) {
        this.members = members;
    }

    /** Of bytes that are no object of JSON, a tree without members. */
    static LeafTree of(byte[] json) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), json)) {
            return parser.nextToken() == JsonToken.START_OBJECT ? new LeafTree(object(parser)) : EMPTY;
        } catch (JacksonException altered) {
            return EMPTY;
        }
    }

    @Nullable
    String text(String name) {
        return members.get(name) instanceof String text ? text : null;
    }

    String text(String name, String otherwise) {
        return members.get(name) instanceof String text ? text : otherwise;
    }

    @Nullable
    Long number(String name) {
        return members.get(name) instanceof Long number ? number : null;
    }

    /** Without members where there is no such object. */
    LeafTree child(String name) {
        return members.get(name) instanceof LeafTree tree ? tree : EMPTY;
    }

    boolean has(String name) {
        return members.containsKey(name);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof LeafTree tree && members.equals(tree.members);
    }

    @Override
    public int hashCode() {
        return members.hashCode();
    }

    List<LeafTree> children(String name) {
        return elements(name, LeafTree.class);
    }

    List<String> texts(String name) {
        return elements(name, String.class);
    }

    private <T> List<T> elements(String name, Class<T> type) {
        return members.get(name) instanceof List<?> list
                ? list.stream().filter(type::isInstance).map(type::cast).toList()
                : List.of();
    }

    private static Map<String, Object> object(JsonParser parser) {
        Map<String, Object> members = new HashMap<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            Object value = value(parser, parser.nextToken());
            if (value != null) {
                members.put(name, value);
            }
        }
        return members;
    }

    private static @Nullable Object value(JsonParser parser, JsonToken token) {
        return switch (token) {
            case START_OBJECT -> new LeafTree(object(parser));
            case START_ARRAY -> array(parser);
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT -> parser.getLongValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> null;
        };
    }

    private static List<Object> array(JsonParser parser) {
        List<Object> items = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            Object value = value(parser, token);
            if (value != null) {
                items.add(value);
            }
        }
        return items;
    }
}
