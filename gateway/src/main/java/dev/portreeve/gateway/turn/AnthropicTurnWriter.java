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
        for (Message message : new Alternation(notes).of(turn.messages())) {
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
            written.set("input_schema", ToolSchemas.rooted(tool, notes));
            if (tool.strict() != null && tool.strict()) {
                written.put("strict", true);
            }
        }
        choice(turn, body);
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
