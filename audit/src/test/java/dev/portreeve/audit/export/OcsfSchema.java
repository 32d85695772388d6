package dev.portreeve.audit.export;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * OCSF 1.8.0 as far as the export uses it: {@code ocsf-1.8.0.json} is an excerpt of github.com/ocsf/ocsf-schema at v1.8.0
 * (Apache-2.0), with inheritance and the profile ai_operation resolved. Says what of an event is not as the schema has it.
 */
final class OcsfSchema {
    private final Map<?, ?> schema;

    private OcsfSchema(Map<?, ?> schema) {
        this.schema = schema;
    }

    static OcsfSchema read() throws Exception {
        try (InputStream in = OcsfSchema.class.getResourceAsStream("ocsf-1.8.0.json")) {
            return new OcsfSchema(json(in.readAllBytes()));
        }
    }

    static Map<?, ?> json(byte[] text) {
        try (JsonParser parser = new JsonFactory().createParser(ObjectReadContext.empty(), text)) {
            parser.nextToken();
            Map<?, ?> read = (Map<?, ?>) value(parser);
            if (parser.nextToken() != null) {
                throw new IllegalArgumentException("more than one value");
            }
            return read;
        }
    }

    private static Object value(JsonParser parser) {
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            Map<String, Object> object = new java.util.LinkedHashMap<>();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                if (object.put(name, value(parser)) != null) {
                    throw new IllegalArgumentException(name + " is there twice");
                }
            }
            return object;
        }
        if (parser.currentToken() == JsonToken.START_ARRAY) {
            List<Object> values = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                values.add(value(parser));
            }
            return values;
        }
        return switch (parser.currentToken()) {
            case VALUE_NUMBER_INT -> parser.getLongValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> parser.getString();
        };
    }

    List<String> wrong(Map<?, ?> event) {
        List<String> wrong = new ArrayList<>();
        Map<?, ?> type = (Map<?, ?>) ((Map<?, ?>) schema.get("classes")).get(String.valueOf(event.get("class_uid")));
        if (type == null) {
            return List.of("no class " + event.get("class_uid"));
        }
        long expected = (Long) event.get("class_uid") * 100 + (Long) event.get("activity_id");
        if (!event.get("type_uid").equals(expected)) {
            wrong.add("type_uid is not " + expected);
        }
        check("event", event, type, wrong);
        return wrong;
    }

    private void check(String path, Map<?, ?> object, Map<?, ?> type, List<String> wrong) {
        Map<?, ?> attributes = (Map<?, ?>) type.get("attributes");
        attributes.forEach((name, attribute) -> {
            if (((Map<?, ?>) attribute).get("requirement").equals("required") && !object.containsKey(name)) {
                wrong.add(path + "." + name + " is required");
            }
        });
        Object one = ((Map<?, ?>) type.get("constraints")).get("at_least_one");
        if (one instanceof List<?> names && names.stream().noneMatch(object::containsKey)) {
            wrong.add(path + " has none of " + names);
        }
        object.forEach((name, value) -> {
            Map<?, ?> attribute = (Map<?, ?>) attributes.get(name);
            if (attribute == null) {
                wrong.add(path + "." + name + " is no attribute");
            } else if (Boolean.TRUE.equals(attribute.get("array"))) {
                if (value instanceof List<?> values) {
                    values.forEach(each -> value(path + "." + name + "[]", each, attribute, wrong));
                } else {
                    wrong.add(path + "." + name + " is no array");
                }
            } else {
                value(path + "." + name, value, attribute, wrong);
            }
        });
    }

    private void value(String path, Object value, Map<?, ?> attribute, List<String> wrong) {
        String type = (String) attribute.get("type");
        boolean right = switch (type) {
            case "integer", "long" -> value instanceof Long;
            case "boolean" -> value instanceof Boolean;
            case "object" -> value instanceof Map<?, ?>;
            default -> value instanceof String;
        };
        if (!right) {
            wrong.add(path + " is no " + type + ": " + value);
        } else if (attribute.get("enum") instanceof List<?> values && !values.contains(value)) {
            wrong.add(path + " is " + value + ", not one of " + values);
        } else if (value instanceof Map<?, ?> object) {
            Map<?, ?> known = (Map<?, ?>) ((Map<?, ?>) schema.get("objects")).get(attribute.get("object"));
            if (known == null) {
                wrong.add(path + " is of an object that the excerpt has not: " + attribute.get("object"));
            } else {
                check(path, object, known, wrong);
            }
        }
    }
}
