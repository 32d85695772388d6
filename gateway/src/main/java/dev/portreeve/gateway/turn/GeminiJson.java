package dev.portreeve.gateway.turn;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What is Google's own about JSON: members with two names, and a reduced form of schemas. */
final class GeminiJson {
    private GeminiJson() {}

    /** An object's members under the names of the documentation; an empty one for what is no object. */
    static ObjectNode camel(@Nullable JsonNode given) {
        ObjectNode camel = Json.object();
        if (given instanceof ObjectNode object) {
            for (Map.Entry<String, JsonNode> member : object.properties()) {
                camel.set(camel(member.getKey()), member.getValue());
            }
        }
        return camel;
    }

    private static String camel(String name) {
        if (name.indexOf('_') < 0) {
            return name;
        }
        StringBuilder camel = new StringBuilder();
        boolean upper = false;
        for (char c : name.toCharArray()) {
            if (c == '_') {
                upper = true;
            } else {
                camel.append(upper ? Character.toUpperCase(c) : c);
                upper = false;
            }
        }
        return camel.toString();
    }

    /** A reduced schema as a JSON schema: types in small letters, {@code nullable} as one of two types. */
    static ObjectNode jsonSchema(ObjectNode reduced) {
        ObjectNode schema = Json.object();
        boolean nullable = reduced.path("nullable").asBoolean(false);
        for (Map.Entry<String, JsonNode> member : reduced.properties()) {
            JsonNode value = member.getValue();
            String name = camel(member.getKey());
            switch (name) {
                case "type" -> type(value.asString(""), nullable, schema);
                case "nullable", "propertyOrdering", "example" -> {}
                case "properties", "defs" -> {
                    ObjectNode properties = schema.putObject(name.equals("defs") ? "$defs" : name);
                    value.properties()
                            .forEach(property -> properties.set(property.getKey(), nested(property.getValue())));
                }
                case "items", "additionalProperties" -> schema.set(name, nested(value));
                case "anyOf", "oneOf", "allOf", "prefixItems" -> {
                    ArrayNode all = schema.putArray(name);
                    value.forEach(each -> all.add(nested(each)));
                }
                // The reduced form has numbers as strings, since they are of 64 bits.
                case "minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties" ->
                    schema.put(name, value.asLong(0));
                default -> schema.set(name, value);
            }
        }
        return schema;
    }

    private static JsonNode nested(JsonNode value) {
        return value instanceof ObjectNode object ? jsonSchema(object) : value;
    }

    private static void type(String word, boolean nullable, ObjectNode schema) {
        String type = word.toLowerCase(Locale.ROOT);
        if (type.isEmpty() || type.equals("type_unspecified")) {
            return;
        }
        if (nullable) {
            schema.putArray("type").add(type).add("null");
        } else {
            schema.put("type", type);
        }
    }
}
