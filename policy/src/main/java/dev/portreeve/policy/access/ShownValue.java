package dev.portreeve.policy.access;

import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.call.CanonicalJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * A value of arguments that a person was shown, as a condition can write it. Immutable.
 *
 * @param literal in the language of conditions; {@code null} where that has none: a number that none of its types holds exactly, or a
 *     value that has such a number
 * @param members of an object
 * @param items of a list
 */
record ShownValue(Kind kind, @Nullable String literal, Map<String, ShownValue> members, List<ShownValue> items) {
    private static final JsonFactory FACTORY = new JsonFactory();

    /** What it is. */
    enum Kind {
        TEXT,
        NUMBER,
        OBJECT,
        LIST,
        OTHER
    }

    static ShownValue of(Arguments arguments) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), arguments.canonical())) {
            return read(parser, parser.nextToken());
        }
    }

    private static ShownValue read(JsonParser parser, JsonToken token) {
        return switch (token) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> list(parser);
            case VALUE_STRING -> scalar(Kind.TEXT, PlainLiteral.of(parser.getString()));
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> scalar(Kind.NUMBER, number(parser.getString()));
            case VALUE_TRUE -> scalar(Kind.OTHER, "true");
            case VALUE_FALSE -> scalar(Kind.OTHER, "false");
            case VALUE_NULL -> scalar(Kind.OTHER, "null");
            case END_OBJECT, END_ARRAY, PROPERTY_NAME, VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE ->
                throw new IllegalStateException("a value cannot begin with " + token);
        };
    }

    private static ShownValue scalar(Kind kind, @Nullable String literal) {
        return new ShownValue(kind, literal, Map.of(), List.of());
    }

    private static ShownValue object(JsonParser parser) {
        Map<String, ShownValue> members = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            members.put(name, read(parser, parser.nextToken()));
        }
        boolean whole = members.values().stream().allMatch(member -> member.literal != null);
        String literal = members.entrySet().stream()
                .map(member -> PlainLiteral.of(member.getKey()) + ": "
                        + member.getValue().literal())
                .collect(Collectors.joining(", ", "{", "}"));
        return new ShownValue(Kind.OBJECT, whole ? literal : null, members, List.of());
    }

    private static ShownValue list(JsonParser parser) {
        List<ShownValue> items = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            items.add(read(parser, token));
        }
        boolean whole = items.stream().allMatch(item -> item.literal != null);
        String literal =
                items.stream().map(item -> String.valueOf(item.literal())).collect(Collectors.joining(", ", "[", "]"));
        return new ShownValue(Kind.LIST, whole ? literal : null, Map.of(), items);
    }

    /** As {@link ArgumentValues} reads it: whole numbers of 64 bits, and doubles that are exact. */
    static @Nullable String number(String canonical) {
        boolean whole = canonical.chars().allMatch(c -> c == '-' || (c >= '0' && c <= '9'));
        if (whole) {
            try {
                return String.valueOf(Long.parseLong(canonical));
            } catch (NumberFormatException moreThan64Bits) {
                return CanonicalJson.isExactDouble(canonical) ? canonical + ".0" : null;
            }
        }
        return CanonicalJson.isExactDouble(canonical) ? canonical : null;
    }
}
