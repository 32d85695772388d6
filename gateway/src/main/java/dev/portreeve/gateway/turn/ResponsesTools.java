package dev.portreeve.gateway.turn;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The tools of a Responses request as plain functions. For one request. */
final class ResponsesTools {
    private final Notes notes;
    private final ToolNames names;
    private final List<Turn.Tool> tools = new ArrayList<>();

    ResponsesTools(Notes notes, ToolNames names) {
        this.notes = notes;
        this.names = names;
    }

    /** @param allowed the only ones that may be called; empty for all */
    List<Turn.Tool> read(JsonNode body, Set<String> allowed) {
        for (JsonNode tool : body.path("tools")) {
            String type = Json.string(tool, "type", "");
            if (type.equals("namespace")) {
                String namespace = Json.string(tool, "name");
                tool.path("tools").forEach(inner -> add(namespace, inner, allowed));
            } else {
                add(null, tool, allowed);
            }
        }
        return tools;
    }

    private void add(@Nullable String namespace, JsonNode tool, Set<String> allowed) {
        String name = Json.string(tool, "name", "");
        if (!allowed.isEmpty() && !allowed.contains(name)) {
            return;
        }
        String type = Json.string(tool, "type", "function");
        switch (type) {
            case "function" -> {
                JsonNode strict = tool.path("strict");
                tools.add(new Turn.Tool(
                        names.plain(namespace, name, false),
                        Json.string(tool, "description"),
                        tool.path("parameters") instanceof ObjectNode schema ? schema : Json.object(),
                        strict.isBoolean() ? strict.booleanValue() : null));
            }
            case "custom" -> {
                notes.changed("tools.custom", "became a function with one argument");
                tools.add(new Turn.Tool(names.plain(namespace, name, true), description(tool), free(), null));
            }
            default -> notes.lost("tools." + type, "dropped, another provider cannot run it");
        }
    }

    /** A grammar that nobody enforces is at least told to the model. */
    private static @Nullable String description(JsonNode tool) {
        String said = Json.string(tool, "description", "");
        String grammar = Json.string(tool.path("format"), "definition", "");
        if (grammar.isEmpty()) {
            return said.isEmpty() ? null : said;
        }
        return said + "\n\nThe input follows this grammar (" + Json.string(tool.path("format"), "syntax", "unnamed")
                + "):\n" + grammar;
    }

    private static ObjectNode free() {
        ObjectNode schema = Json.object().put("type", "object");
        schema.putObject("properties").putObject(ToolNames.INPUT).put("type", "string");
        schema.putArray("required").add(ToolNames.INPUT);
        return schema.put("additionalProperties", false);
    }
}
