package dev.portreeve.hub.definition;

import dev.portreeve.hub.wire.RawJson;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which arguments a tool has, as its input schema says. Only the plain words of JSON Schema are read: where there are others ({@code
 * $ref}, {@code anyOf} and their like) or members of any name, any argument may be there. Immutable.
 *
 * @param json the {@code inputSchema} of its definition; {@code null} for one that says nothing
 */
public record ToolSchema(@Nullable RawJson json) {
    private static final List<String> UNREAD = List.of(
            "$ref", "$dynamicRef", "anyOf", "oneOf", "allOf", "if", "not", "dependentSchemas", "patternProperties");

    /** Whether there can be such an argument; the names lead to it from the outside in. */
    public boolean has(List<String> path) {
        RawJson schema = json;
        for (String name : path) {
            if (schema == null || !schema.isObject()) {
                return true;
            }
            RawJson properties = schema.member("properties");
            RawJson found = properties == null ? null : properties.member(name);
            if (found == null) {
                return isOpen(schema);
            }
            schema = found;
        }
        return true;
    }

    /** What lists nothing may have anything, unless it says that it may not. */
    private static boolean isOpen(RawJson schema) {
        if (UNREAD.stream().anyMatch(word -> schema.member(word) != null)) {
            return true;
        }
        RawJson more = schema.member("additionalProperties");
        return more == null ? schema.member("properties") == null : more.isObject() || more.isTrue();
    }
}
