package dev.portreeve.gateway.turn;

import dev.portreeve.gateway.turn.Turn.Format;
import dev.portreeve.gateway.turn.Turn.Message;
import dev.portreeve.gateway.turn.Turn.Role;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** From a turn to a request of Bedrock's Converse. The model stands in the path. For one request. */
final class BedrockTurnWriter {
    private static final String JSON_ONLY = "Answer with one JSON object and nothing else.";

    private final Notes notes;
    private final CachePoints points;
    private final BedrockBlocks blocks;

    /** @param points where the caller wants what came before to be remembered */
    BedrockTurnWriter(Notes notes, CachePoints points) {
        this.notes = notes;
        this.points = points;
        this.blocks = new BedrockBlocks(notes, points);
    }

    /** What of a request the models behind this name can be told to remember. */
    static CachePoints points(String model) {
        return new CachePoints(isClaude(model) || model.contains("amazon.nova"), isClaude(model));
    }

    /** @param cap the bound on the answer, which stands inside the body here */
    ObjectNode write(String model, Turn turn, long cap) {
        ObjectNode body = Json.object();
        ObjectNode inference = body.putObject("inferenceConfig").put("maxTokens", cap);
        ArrayNode messages = body.putArray("messages");
        for (Message message : new Alternation(notes).of(turn.messages())) {
            blocks.message(message, messages.addObject().put("role", role(message.role())));
        }
        ObjectNode fields = Json.object();
        BedrockTools tools = new BedrockTools(notes, points);
        String instruction = tools.write(model, turn, body, fields);
        system(turn, instruction, body);
        boolean thinks = effort(model, turn, cap, fields);
        sampling(model, turn.sampling(), thinks, inference, fields);
        if (turn.format() instanceof Format.Schema schema) {
            format(schema, body);
        }
        if (!fields.isEmpty()) {
            body.set("additionalModelRequestFields", fields);
        }
        if (turn.userId() != null) {
            body.putObject("requestMetadata").put("user_id", turn.userId());
        }
        return body;
    }

    private static String role(Role role) {
        return role == Role.USER ? "user" : "assistant";
    }

    private void system(Turn turn, String instruction, ObjectNode body) {
        List<Part> system = new ArrayList<>(turn.system());
        if (turn.format() instanceof Format.JsonObject) {
            notes.changed("response_format", "became an instruction");
            system.add(new Part.Text(JSON_ONLY));
        }
        system.add(new Part.Text(instruction));
        ArrayNode written = Json.array();
        for (Part part : system) {
            if (!(part instanceof Part.Text text)) {
                notes.without("messages", "a system message holds more than text");
            } else if (!text.text().isBlank()) {
                written.addObject().put("text", text.text());
                points.write(text, written);
            }
        }
        if (!written.isEmpty()) {
            body.set("system", written);
        }
    }

    /** Each family has its own word for it. */
    private boolean effort(String model, Turn turn, long cap, ObjectNode fields) {
        if (turn.effort() == null) {
            return false;
        }
        if (isClaude(model)) {
            return new Thinking(notes).write(model, turn, cap, fields);
        }
        if (model.contains("openai.")) {
            fields.put("reasoning_effort", turn.effort());
            return false;
        }
        if (!turn.effort().equals("none")) {
            notes.dropped("reasoning_effort");
        }
        return false;
    }

    static boolean isClaude(String model) {
        return model.contains("anthropic.") || model.contains("claude");
    }

    private void sampling(
            String model, Turn.Sampling sampling, boolean thinks, ObjectNode inference, ObjectNode fields) {
        BigDecimal temperature = sampling.temperature();
        if (thinks && (temperature != null || sampling.topP() != null)) {
            notes.lost("temperature", "dropped, a model that thinks takes none");
        } else {
            if (temperature != null) {
                if (temperature.compareTo(BigDecimal.ONE) > 0) {
                    notes.lost("temperature", "cut to 1");
                }
                inference.put("temperature", temperature.min(BigDecimal.ONE));
            }
            if (sampling.topP() != null && temperature != null && isClaude(model)) {
                notes.lost("top_p", "dropped, it cannot stand beside temperature");
            } else if (sampling.topP() != null) {
                inference.put("topP", sampling.topP());
            }
        }
        if (sampling.topK() != null && isClaude(model) && !thinks) {
            fields.put("top_k", sampling.topK());
        } else if (sampling.topK() != null) {
            notes.dropped("top_k");
        }
        List<String> stop =
                sampling.stop().stream().filter(each -> !each.isBlank()).toList();
        if (stop.size() < sampling.stop().size()) {
            notes.lost("stop", "what is only white space was dropped");
        }
        if (!stop.isEmpty()) {
            ArrayNode written = inference.putArray("stopSequences");
            stop.forEach(written::add);
        }
    }

    /** The schema is a text here. */
    private static void format(Format.Schema schema, ObjectNode body) {
        ObjectNode text = body.putObject("outputConfig").putObject("textFormat").put("type", "json_schema");
        text.putObject("structure")
                .putObject("jsonSchema")
                .put("schema", Json.text(schema.schema()))
                .put("name", schema.name());
    }
}
