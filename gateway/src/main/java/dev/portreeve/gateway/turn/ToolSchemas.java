package dev.portreeve.gateway.turn;

import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Schemas of tools for providers that want an object's at the root. */
final class ToolSchemas {
    private ToolSchemas() {}

    /** The schema as an object's. Alternatives at the root become one object with the members of all. */
    static ObjectNode rooted(Turn.Tool tool, Notes notes) {
        ObjectNode schema = tool.schema().deepCopy();
        for (String word : List.of("anyOf", "oneOf", "allOf")) {
            if (schema.remove(word) instanceof ArrayNode alternatives) {
                notes.changed("tools." + word, "became one object with the members of all");
                ObjectNode members = schema.path("properties") instanceof ObjectNode present
                        ? present
                        : schema.putObject("properties");
                alternatives.forEach(each -> each.path("properties")
                        .properties()
                        .forEach(member -> {
                            if (!members.has(member.getKey())) {
                                members.set(member.getKey(), member.getValue());
                            }
                        }));
            }
        }
        if (!Json.string(schema, "type", "").equals("object")) {
            schema.put("type", "object");
        }
        return schema;
    }
}
