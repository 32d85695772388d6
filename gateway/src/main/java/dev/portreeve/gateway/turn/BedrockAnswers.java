package dev.portreeve.gateway.turn;

import dev.portreeve.gateway.dialect.UnreadableAnswer;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Whole answers of Bedrock's Converse. */
final class BedrockAnswers {
    private BedrockAnswers() {}

    /**
     * Reads one.
     *
     * @param id that it shall have, since it has none of its own
     * @param model that was asked
     */
    static Answer read(JsonNode json, String id, String model, Notes notes) {
        List<Part> parts = new ArrayList<>();
        for (JsonNode block : json.path("output").path("message").path("content")) {
            block(block, parts, notes);
        }
        return new Answer(
                id, model, parts, finish(Json.string(json, "stopReason", "")), Counts.ofBedrock(json.path("usage")));
    }

    private static void block(JsonNode block, List<Part> parts, Notes notes) {
        if (block.has("text")) {
            parts.add(new Part.Text(Json.string(block, "text", "")));
        } else if (block.has("reasoningContent")) {
            JsonNode reasoning = block.path("reasoningContent");
            JsonNode text = reasoning.path("reasoningText");
            parts.add(
                    reasoning.has("redactedContent")
                            ? new Part.RedactedThinking(Json.string(reasoning, "redactedContent", ""))
                            : new Part.Thinking(Json.string(text, "text", ""), Json.string(text, "signature")));
        } else if (block.has("toolUse") && !block.path("toolUse").has("type")) {
            JsonNode use = block.path("toolUse");
            parts.add(new Part.ToolUse(
                    Json.string(use, "toolUseId", ""),
                    Json.string(use, "name", ""),
                    use.path("input") instanceof ObjectNode input ? input : Json.object()));
        } else if (block.has("citationsContent")) {
            notes.dropped("answer.citations");
            for (JsonNode piece : block.path("citationsContent").path("content")) {
                parts.add(new Part.Text(Json.string(piece, "text", "")));
            }
        } else {
            block.propertyNames().forEach(name -> notes.dropped("answer." + name));
        }
    }

    /** @throws UnreadableAnswer where the model made nothing that could be passed on */
    static Finish finish(String word) {
        return switch (word) {
            case "tool_use" -> Finish.TOOL_CALLS;
            case "max_tokens" -> Finish.LENGTH;
            case "stop_sequence" -> Finish.STOP_SEQUENCE;
            case "guardrail_intervened", "content_filtered" -> Finish.FILTERED;
            case "model_context_window_exceeded" -> Finish.CONTEXT_FULL;
            case "malformed_model_output", "malformed_tool_use" ->
                throw new UnreadableAnswer("the model's answer is malformed, as the provider says itself");
            default -> Finish.END;
        };
    }
}
