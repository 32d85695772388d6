package dev.portreeve.hub.definition;

import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Arguments;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Whether arguments are as a tool's input schema wants them. Reads the words of JSON Schema that tools use; where a schema has others, nobody
 * can say, so nothing passes. For one check, on its thread.
 */
public final class ArgumentCheck {
    private static final JsonMapper EXACT = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
            .build();
    private static final Set<String> UNREAD = Set.of(
            "$dynamicRef",
            "if",
            "then",
            "else",
            "dependentSchemas",
            "dependentRequired",
            "patternProperties",
            "propertyNames",
            "contains",
            "prefixItems",
            "unevaluatedProperties",
            "unevaluatedItems",
            "pattern",
            "multipleOf",
            "uniqueItems",
            "minProperties",
            "maxProperties");
    private static final int MOST_STEPS = 20_000;
    private static final int DEEPEST = 64;
    private static final String LOCAL = "#/";

    private final JsonNode root;
    private int steps;

    private ArgumentCheck(JsonNode root) {
        this.root = root;
    }

    /**
     * What is wrong with arguments.
     *
     * @param schema the {@code inputSchema} of a tool's definition; {@code null} for one that says nothing
     * @return for people, with the place as a JSON Pointer; empty if they are as the schema wants
     */
    public static Optional<String> problem(@Nullable RawJson schema, Arguments arguments) {
        if (schema == null) {
            return Optional.empty();
        }
        try {
            JsonNode root = EXACT.readTree(schema.toBytes());
            return Optional.ofNullable(
                    new ArgumentCheck(root).look(root, EXACT.readTree(arguments.canonical()), "", 0));
        } catch (JacksonException unreadable) {
            return Optional.of("the tool's input schema cannot be read");
        }
    }

    private @Nullable String look(JsonNode schema, JsonNode value, String at, int depth) {
        if (schema.isBoolean()) {
            return schema.booleanValue() ? null : place(at) + " must not be there";
        }
        if (++steps > MOST_STEPS || depth > DEEPEST) {
            return "the tool's input schema is too large to be checked";
        }
        for (String word : schema.propertyNames()) {
            if (UNREAD.contains(word)) {
                return "the tool's input schema says \"" + word + "\" of " + place(at)
                        + ", which is not checked here, so it cannot be changed";
            }
        }
        String wrong = referred(schema, value, at, depth);
        wrong = wrong == null ? type(schema, value, at) : wrong;
        wrong = wrong == null ? bounds(schema, value, at) : wrong;
        wrong = wrong == null ? joined(schema, value, at, depth) : wrong;
        wrong = wrong == null && value.isObject() ? object(schema, value, at, depth) : wrong;
        return wrong == null && value.isArray() ? list(schema, value, at, depth) : wrong;
    }

    private static String place(String at) {
        return at.isEmpty() ? "the arguments" : "\"" + at + "\"";
    }

    private @Nullable String referred(JsonNode schema, JsonNode value, String at, int depth) {
        JsonNode reference = schema.get("$ref");
        if (reference == null) {
            return null;
        }
        String text = reference.asString("");
        JsonNode meant = text.equals("#")
                ? root
                : text.startsWith(LOCAL) && text.indexOf('%') < 0 ? root.at(text.substring(1)) : null;
        return meant == null || meant.isMissingNode()
                ? "the tool's input schema refers to \"" + text + "\", which is not in it"
                : look(meant, value, at, depth + 1);
    }

    private static @Nullable String type(JsonNode schema, JsonNode value, String at) {
        JsonNode type = schema.get("type");
        List<String> types = type == null
                ? List.of()
                : type.isArray()
                        ? type.valueStream().map(each -> each.asString("")).toList()
                        : List.of(type.asString(""));
        if (!types.isEmpty() && types.stream().noneMatch(each -> isOf(each, value))) {
            return place(at) + " must be of type " + String.join(" or ", types);
        }
        JsonNode constant = schema.get("const");
        if (constant != null && !same(constant, value)) {
            return place(at) + " must be " + constant;
        }
        JsonNode choices = schema.get("enum");
        if (choices != null && choices.valueStream().noneMatch(choice -> same(choice, value))) {
            return place(at) + " must be one of " + choices;
        }
        return null;
    }

    private static boolean same(JsonNode one, JsonNode other) {
        return (one.isNumber() && other.isNumber())
                ? one.decimalValue().compareTo(other.decimalValue()) == 0
                : one.equals(other);
    }

    private static boolean isOf(String type, JsonNode value) {
        return switch (type) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isString();
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            case "number" -> value.isNumber();
            case "integer" ->
                value.isNumber() && value.decimalValue().stripTrailingZeros().scale() <= 0;
            default -> false;
        };
    }

    private static @Nullable String bounds(JsonNode schema, JsonNode value, String at) {
        if (value.isNumber()) {
            BigDecimal number = value.decimalValue();
            boolean inside = above(schema, "minimum", number, 0)
                    && above(schema, "exclusiveMinimum", number, 1)
                    && above(schema, "maximum", number.negate(), 0)
                    && above(schema, "exclusiveMaximum", number.negate(), 1);
            return inside ? null : place(at) + " is outside the bounds of the tool's input schema";
        }
        int length = value.isString()
                ? value.asString().codePointCount(0, value.asString().length())
                : value.size();
        String least = value.isString() ? "minLength" : "minItems";
        String most = value.isString() ? "maxLength" : "maxItems";
        boolean counted = value.isString() || value.isArray();
        BigDecimal size = BigDecimal.valueOf(length);
        return !counted || (above(schema, least, size, 0) && above(schema, most, size.negate(), 0))
                ? null
                : place(at) + " is shorter or longer than the tool's input schema wants";
    }

    /** Whether a number is at least as large as a bound, or larger; of upper bounds, both come negated. */
    private static boolean above(JsonNode schema, String word, BigDecimal number, int least) {
        JsonNode bound = schema.get(word);
        if (bound == null || !bound.isNumber()) {
            return bound == null;
        }
        boolean upper = word.startsWith("max") || word.equals("exclusiveMaximum");
        return number.compareTo(upper ? bound.decimalValue().negate() : bound.decimalValue()) >= least;
    }

    private @Nullable String joined(JsonNode schema, JsonNode value, String at, int depth) {
        for (JsonNode each : schema.path("allOf")) {
            String wrong = look(each, value, at, depth + 1);
            if (wrong != null) {
                return wrong;
            }
        }
        for (String word : List.of("anyOf", "oneOf")) {
            JsonNode choices = schema.get(word);
            if (choices != null) {
                long fitting = choices.valueStream()
                        .filter(each -> look(each, value, at, depth + 1) == null)
                        .count();
                if (fitting == 0 || (fitting > 1 && word.equals("oneOf"))) {
                    return place(at) + " fits " + (fitting == 0 ? "none" : "more than one")
                            + " of the forms that the tool's input schema has for it";
                }
            }
        }
        JsonNode not = schema.get("not");
        // What cannot be read must not pass for what does not fit.
        return not == null
                ? null
                : "the tool's input schema says \"not\" of " + place(at) + ", which is not checked here";
    }

    private @Nullable String object(JsonNode schema, JsonNode value, String at, int depth) {
        for (JsonNode name : schema.path("required")) {
            if (!value.has(name.asString(""))) {
                return place(at + "/" + escaped(name.asString(""))) + " is missing";
            }
        }
        JsonNode known = schema.path("properties");
        JsonNode more = schema.get("additionalProperties");
        for (String name : value.propertyNames()) {
            JsonNode own = known.isObject() ? known.get(name) : null;
            JsonNode rule = own == null ? more : own;
            String wrong = rule == null ? null : look(rule, value.path(name), at + "/" + escaped(name), depth + 1);
            if (wrong != null) {
                return wrong;
            }
        }
        return null;
    }

    private @Nullable String list(JsonNode schema, JsonNode value, String at, int depth) {
        JsonNode items = schema.get("items");
        for (int i = 0; items != null && i < value.size(); i++) {
            String wrong = look(items, value.path(i), at + "/" + i, depth + 1);
            if (wrong != null) {
                return wrong;
            }
        }
        return null;
    }

    private static String escaped(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }
}
