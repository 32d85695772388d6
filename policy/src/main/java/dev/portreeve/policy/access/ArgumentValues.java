package dev.portreeve.policy.access;

import dev.cel.common.values.NullValue;
import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.call.CanonicalJson;
import java.util.AbstractList;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Arguments as the values conditions see. Integers are {@code int} where 64 bits hold them, other numbers {@code double} where one holds
 * them exactly; a number that neither holds makes every condition that reads it fail, since rounding it could turn a no into a yes.
 */
final class ArgumentValues {
    private static final JsonFactory FACTORY = new JsonFactory();
    /** The one double that the largest {@code int}, rounded to compare it, cannot be told from. */
    private static final double EQUAL_TO_THE_LARGEST = 0x1p63;

    /** Stands for a number that is not given out. */
    private record Inexact() {}

    private ArgumentValues() {}

    static Map<String, Object> of(Arguments arguments) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), arguments.canonical())) {
            parser.nextToken();
            return object(parser);
        }
    }

    private static Object value(JsonParser parser, JsonToken token) {
        return switch (token) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> array(parser);
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(parser.getString());
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> NullValue.NULL_VALUE;
            case END_OBJECT, END_ARRAY, PROPERTY_NAME, VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE ->
                throw new IllegalStateException("a value cannot begin with " + token);
        };
    }

    private static Map<String, Object> object(JsonParser parser) {
        Map<String, Object> members = new LinkedHashMap<>();
        boolean exact = true;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            Object value = value(parser, parser.nextToken());
            exact &= !(value instanceof Inexact);
            members.put(name, value);
        }
        return exact ? members : new GuardedMap(members);
    }

    private static List<Object> array(JsonParser parser) {
        List<Object> items = new ArrayList<>();
        boolean exact = true;
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            Object value = value(parser, token);
            exact &= !(value instanceof Inexact);
            items.add(value);
        }
        return exact ? items : new GuardedList(items);
    }

    private static Object number(String canonical) {
        boolean integer = canonical.indexOf('.') < 0 && canonical.indexOf('e') < 0 && canonical.indexOf('E') < 0;
        if (integer) {
            try {
                return Long.parseLong(canonical);
            } catch (NumberFormatException e) {
                // More than 64 bits; perhaps a double holds it.
                return exactDouble(canonical);
            }
        }
        return exactDouble(canonical);
    }

    private static Object exactDouble(String canonical) {
        if (!CanonicalJson.isExactDouble(canonical)) {
            return new Inexact();
        }
        double value = Double.parseDouble(canonical);
        return value == EQUAL_TO_THE_LARGEST ? new Inexact() : value;
    }

    private static Object exact(Object value) {
        if (value instanceof Inexact) {
            throw new ArithmeticException("the argument is a number that no policy type holds exactly");
        }
        return value;
    }

    /** Knows its keys, but refuses to give out a number that would have to be rounded. */
    private static final class GuardedMap extends AbstractMap<String, Object> {
        private final Map<String, Object> members;

        private GuardedMap(Map<String, Object> members) {
            this.members = members;
        }

        @Override
        public @Nullable Object get(@Nullable Object key) {
            Object value = members.get(key);
            return value == null ? null : exact(value);
        }

        @Override
        public boolean containsKey(@Nullable Object key) {
            return members.containsKey(key);
        }

        @Override
        public Set<String> keySet() {
            return members.keySet();
        }

        @Override
        public Set<Entry<String, Object>> entrySet() {
            members.values().forEach(ArgumentValues::exact);
            return members.entrySet();
        }
    }

    private static final class GuardedList extends AbstractList<Object> {
        private final List<Object> items;

        private GuardedList(List<Object> items) {
            this.items = items;
        }

        @Override
        public Object get(int index) {
            return exact(items.get(index));
        }

        @Override
        public int size() {
            return items.size();
        }
    }
}
