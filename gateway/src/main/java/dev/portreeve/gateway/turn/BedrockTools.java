package dev.portreeve.gateway.turn;

import dev.portreeve.gateway.turn.Turn.Message;
import dev.portreeve.gateway.turn.Turn.ToolChoice;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The tools of a request of Converse, which must be named for as long as the conversation has calls of them. */
final class BedrockTools {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]{1,64}");
    private static final String NO_TOOLS = "Do not call any tool; answer in words.";

    private final Notes notes;
    private final CachePoints points;

    BedrockTools(Notes notes, CachePoints points) {
        this.notes = notes;
        this.points = points;
    }

    /** @return an instruction that says what cannot be said otherwise; may be empty */
    String write(String model, Turn turn, ObjectNode body, ObjectNode fields) {
        Set<String> called = called(turn);
        boolean none = turn.choice() instanceof ToolChoice.None;
        if (none && called.isEmpty()) {
            if (!turn.tools().isEmpty()) {
                notes.changed("tools", "left out, since none of them may be called");
            }
            return "";
        }
        ArrayNode tools = Json.array();
        for (Turn.Tool tool : turn.tools()) {
            called.remove(tool.name());
            spec(tool, tools);
            if (BedrockTurnWriter.isClaude(model)) {
                points.write(tool, tools);
            }
        }
        for (String name : called) {
            ObjectNode schema = Json.object().put("type", "object");
            schema.putObject("properties");
            spec(new Turn.Tool(name, null, schema, null), tools);
        }
        if (tools.isEmpty()) {
            return "";
        }
        ObjectNode config = body.putObject("toolConfig");
        config.set("tools", tools);
        if (none) {
            notes.changed("tool_choice", "became an instruction, since the conversation has calls of tools");
            return NO_TOOLS;
        }
        if (!turn.tools().isEmpty()) {
            choice(model, turn, config, fields);
        }
        return "";
    }

    /** Whether a model that must not call tools is told so in words, which it may not heed. */
    static boolean forbidsInWords(Turn turn) {
        return turn.choice() instanceof ToolChoice.None && !called(turn).isEmpty();
    }

    /** The tools that were called before. */
    private static Set<String> called(Turn turn) {
        Set<String> called = new LinkedHashSet<>();
        for (Message message : turn.messages()) {
            for (Part part : message.parts()) {
                if (part instanceof Part.ToolUse use) {
                    called.add(use.name());
                }
            }
        }
        return called;
    }

    private void spec(Turn.Tool tool, ArrayNode tools) {
        if (!NAME.matcher(tool.name()).matches()) {
            throw notes.refused("tools", "the name of a tool must be 1 to 64 letters, digits, \"_\" and \"-\"");
        }
        ObjectNode spec = tools.addObject().putObject("toolSpec").put("name", tool.name());
        if (tool.description() != null && !tool.description().isBlank()) {
            spec.put("description", tool.description());
        }
        ObjectNode schema = ToolSchemas.rooted(tool, notes);
        if (!schema.has("properties")) {
            schema.putObject("properties");
        }
        spec.putObject("inputSchema").set("json", schema);
        if (tool.strict() != null && tool.strict()) {
            spec.put("strict", true);
        }
    }

    private void choice(String model, Turn turn, ObjectNode config, ObjectNode fields) {
        @Nullable ToolChoice choice = turn.choice();
        if (turn.oneToolOnly() && BedrockTurnWriter.isClaude(model)) {
            // Converse has no word for it, but Claude has.
            ObjectNode own = fields.putObject("tool_choice").put("disable_parallel_tool_use", true);
            switch (choice) {
                case ToolChoice.Required _ -> own.put("type", "any");
                case ToolChoice.Named named -> own.put("type", "tool").put("name", named.name());
                case ToolChoice.Auto _, ToolChoice.None _ -> own.put("type", "auto");
                case null -> own.put("type", "auto");
            }
            return;
        }
        if (turn.oneToolOnly()) {
            notes.dropped("parallel_tool_calls");
        }
        switch (choice) {
            case ToolChoice.Auto _ -> config.putObject("toolChoice").putObject("auto");
            case ToolChoice.Required _ -> config.putObject("toolChoice").putObject("any");
            case ToolChoice.Named named ->
                config.putObject("toolChoice").putObject("tool").put("name", named.name());
            case ToolChoice.None _ -> {}
            case null -> {}
        }
    }
}
