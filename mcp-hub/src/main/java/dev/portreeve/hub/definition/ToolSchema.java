package dev.portreeve.hub.definition;

import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.access.ArgumentType;
import dev.portreeve.policy.access.ArgumentType.Items;
import dev.portreeve.policy.access.ArgumentType.Members;
import dev.portreeve.policy.access.ArgumentType.Plain;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which arguments a tool has, and of which types, as its input schema says. Only the plain words of JSON Schema are read: where there are
 * others ({@code $ref}, {@code anyOf} and their like), several types, or members of any name, anything may be there. Immutable.
 *
 * @param json the {@code inputSchema} of its definition; {@code null} for one that says nothing
 */
public record ToolSchema(@Nullable RawJson json) {
    private static final int MAX_DEPTH = 16;
    private static final List<String> UNREAD = List.of(
            "$ref", "$dynamicRef", "anyOf", "oneOf", "allOf", "if", "not", "dependentSchemas", "patternProperties");

    /** What there may be in a call's arguments. */
    public Members arguments() {
        RawJson schema = json;
        return schema == null || !schema.isObject() ? new Members(Map.of(), true) : members(schema, 0);
    }

    private static ArgumentType type(RawJson schema, int depth) {
        if (!schema.isObject() || depth > MAX_DEPTH) {
            return Plain.ANY;
        }
        boolean unread = UNREAD.stream().anyMatch(word -> schema.member(word) != null);
        boolean object = schema.member("properties") != null;
        String type = text(schema.member("type"));
        if (object && (type.equals("object") || type.isEmpty())) {
            return members(schema, depth);
        }
        if (unread) {
            return Plain.ANY;
        }
        return switch (type.isEmpty() ? ofValues(schema) : type) {
            case "string" -> Plain.TEXT;
            case "number", "integer" -> Plain.NUMBER;
            case "boolean" -> Plain.TRUTH;
            case "object" -> members(schema, depth);
            case "array" -> {
                RawJson items = schema.member("items");
                yield new Items(items == null ? Plain.ANY : type(items, depth + 1));
            }
            default -> Plain.ANY;
        };
    }

    private static Members members(RawJson schema, int depth) {
        RawJson properties = schema.member("properties");
        Map<String, ArgumentType> named = new HashMap<>();
        if (properties != null && properties.isObject()) {
            properties.members().forEach((name, of) -> named.put(name, type(of, depth + 1)));
        }
        return new Members(named, isOpen(schema));
    }

    /** What lists nothing may have anything, unless it says that it may not. */
    private static boolean isOpen(RawJson schema) {
        if (UNREAD.stream().anyMatch(word -> schema.member(word) != null)) {
            return true;
        }
        RawJson more = schema.member("additionalProperties");
        return more == null ? schema.member("properties") == null : more.isObject() || more.isTrue();
    }

    /** A list of texts that says no type is one of texts. */
    private static String ofValues(RawJson schema) {
        RawJson values = schema.member("enum");
        boolean texts = values != null
                && values.isArray()
                && values.elements().stream().allMatch(RawJson::isString)
                && !values.elements().isEmpty();
        return texts ? "string" : "";
    }

    /** Empty for several types, and for none. */
    private static String text(@Nullable RawJson type) {
        if (type == null) {
            return "";
        }
        return type.asString().orElse("several");
    }
}
