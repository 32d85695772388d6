package dev.portreeve.gateway.turn;

import dev.portreeve.gateway.turn.Turn.Format;
import dev.portreeve.gateway.turn.Turn.Message;
import dev.portreeve.gateway.turn.Turn.Role;
import dev.portreeve.gateway.turn.Turn.ToolChoice;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** From a turn to an Anthropic Messages request. For one request. */
final class AnthropicTurnWriter {
    private static final String JSON_ONLY = "Answer with one JSON object and nothing else.";

    private final Notes notes;

    AnthropicTurnWriter(Notes notes) {
        this.notes = notes;
    }

    /** @param cap the bound that the answer will have, which thinking must stay below */
    ObjectNode write(String model, Turn turn, long cap) {
        ObjectNode body = Json.object().put("model", model);
        system(turn, body);
        ArrayNode messages = body.putArray("messages");
        for (Message message : alternating(turn.messages())) {
            ObjectNode written = messages.addObject().put("role", message.role() == Role.USER ? "user" : "assistant");
            ArrayNode content = written.putArray("content");
            message.parts().forEach(part -> AnthropicAnswers.write(part, content, notes));
        }
        tools(turn, body);
        boolean thinks = new Thinking(notes).write(model, turn, cap, body);
        sampling(turn.sampling(), thinks, body);
        if (turn.format() instanceof Format.Schema schema) {
            ObjectNode config = body.path("output_config") instanceof ObjectNode present
                    ? present
                    : body.putObject("output_config");
            config.putObject("format").put("type", "json_schema").set("schema", schema.schema());
        }
        if (turn.userId() != null) {
            body.putObject("metadata").put("user_id", turn.userId());
        }
        if (turn.stream()) {
            body.put("stream", true);
        }
        return body;
    }

    private void system(Turn turn, ObjectNode body) {
        List<Part> system = new ArrayList<>(turn.system());
        if (turn.format() instanceof Format.JsonObject) {
            notes.changed("response_format", "became an instruction");
            system.add(new Part.Text(JSON_ONLY));
        }
        ArrayNode blocks = Json.array();
        for (Part part : system) {
            if (!(part instanceof Part.Text text)) {
                notes.without("messages", "a system message holds more than text");
                continue;
            }
            if (!text.text().isBlank()) {
                blocks.addObject().put("type", "text").put("text", text.text());
            }
        }
        if (!blocks.isEmpty()) {
            body.set("system", blocks);
        }
    }

    /** One message for neighbours of one role, the first of them a user's, none of them empty; results before all else. */
    private List<Message> alternating(List<Message> messages) {
        List<Message> merged = new ArrayList<>();
        for (Message message : messages) {
            List<Part> parts = new ArrayList<>();
            message.parts().stream().filter(this::says).forEach(parts::add);
            if (parts.isEmpty()) {
                continue;
            }
            if (!merged.isEmpty() && merged.getLast().role() == message.role()) {
                parts.addAll(0, merged.removeLast().parts());
            }
            merged.add(new Message(message.role(), parts));
        }
        if (merged.isEmpty()) {
            throw notes.refused("messages", "nothing is left of them");
        }
        if (merged.getFirst().role() == Role.ASSISTANT) {
            notes.changed("messages", "a user message was put before the first");
            merged.addFirst(new Message(Role.USER, List.of(new Part.Text("(continued)"))));
        }
        return merged.stream().map(AnthropicTurnWriter::resultsFirst).toList();
    }

    private boolean says(Part part) {
        if (part instanceof Part.Thinking thinking
                && (thinking.signature() == null
                        || thinking.signature().isEmpty()
                        || Signatures.isReasoning(thinking.signature())
                        || Signatures.isGemini(thinking.signature()))) {
            notes.changed("messages.thinking", "dropped, another provider does not believe it");
            return false;
        }
        return !(part instanceof Part.Text text) || !text.text().isBlank();
    }

    private static Message resultsFirst(Message message) {
        List<Part> parts = new ArrayList<>();
        message.parts().stream().filter(Part.ToolResult.class::isInstance).forEach(parts::add);
        message.parts().stream()
                .filter(part -> !(part instanceof Part.ToolResult))
                .forEach(parts::add);
        return new Message(message.role(), parts);
    }

    private void tools(Turn turn, ObjectNode body) {
        if (turn.tools().isEmpty()) {
            return;
        }
        ArrayNode tools = body.putArray("tools");
        for (Turn.Tool tool : turn.tools()) {
            ObjectNode written = tools.addObject().put("name", tool.name());
            if (tool.description() != null) {
                written.put("description", tool.description());
            }
            written.set("input_schema", schema(tool));
            if (tool.strict() != null && tool.strict()) {
                written.put("strict", true);
            }
        }
        choice(turn, body);
    }

    /** The root must be an object's schema. Alternatives at the root become one object with the members of all. */
    private ObjectNode schema(Turn.Tool tool) {
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

    private static void choice(Turn turn, ObjectNode body) {
        @Nullable
        ToolChoice choice = turn.choice() == null && turn.oneToolOnly() ? new ToolChoice.Auto() : turn.choice();
        if (choice == null) {
            return;
        }
        ObjectNode written = body.putObject("tool_choice");
        switch (choice) {
            case ToolChoice.Auto _ -> written.put("type", "auto");
            case ToolChoice.None _ -> written.put("type", "none");
            case ToolChoice.Required _ -> written.put("type", "any");
            case ToolChoice.Named named -> written.put("type", "tool").put("name", named.name());
        }
        if (turn.oneToolOnly() && !(choice instanceof ToolChoice.None)) {
            written.put("disable_parallel_tool_use", true);
        }
    }

    private void sampling(Turn.Sampling sampling, boolean thinks, ObjectNode body) {
        BigDecimal temperature = sampling.temperature();
        if (thinks && (temperature != null || sampling.topP() != null)) {
            notes.lost("temperature", "dropped, a model that thinks takes none");
        } else if (temperature != null) {
            if (temperature.compareTo(BigDecimal.ONE) > 0) {
                notes.lost("temperature", "cut to 1");
            }
            body.put("temperature", temperature.min(BigDecimal.ONE));
            if (sampling.topP() != null) {
                notes.lost("top_p", "dropped, it cannot stand beside temperature");
            }
        } else if (sampling.topP() != null) {
            body.put("top_p", sampling.topP());
        }
        List<String> stop =
                sampling.stop().stream().filter(each -> !each.isBlank()).toList();
        if (stop.size() < sampling.stop().size()) {
            notes.lost("stop", "what is only white space was dropped");
        }
        if (!stop.isEmpty()) {
            ArrayNode written = body.putArray("stop_sequences");
            stop.forEach(written::add);
        }
    }
}
