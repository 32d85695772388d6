package dev.portreeve.gateway.turn;

import dev.portreeve.gateway.dialect.UnreadableAnswer;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Whole answers of Cohere's chat. */
final class CohereAnswers {
    private CohereAnswers() {}

    /** @param model that was asked, since an answer does not name it */
    static Answer read(JsonNode json, String model, Notes notes) {
        JsonNode message = json.path("message");
        List<Part> parts = new ArrayList<>();
        String plan = Json.string(message, "tool_plan", "");
        if (!plan.isEmpty()) {
            parts.add(new Part.Thinking(plan, null));
        }
        for (JsonNode block : message.path("content")) {
            switch (Json.string(block, "type", "")) {
                case "text" -> parts.add(new Part.Text(Json.string(block, "text", "")));
                case "thinking" -> parts.add(new Part.Thinking(Json.string(block, "thinking", ""), null));
                default -> notes.dropped("answer." + Json.string(block, "type", "content"));
            }
        }
        if (!message.path("citations").isEmpty()) {
            notes.dropped("answer.citations");
        }
        for (JsonNode call : message.path("tool_calls")) {
            JsonNode function = call.path("function");
            parts.add(new Part.ToolUse(
                    Json.string(call, "id", ""),
                    Json.string(function, "name", ""),
                    OpenAiAnswers.input(Json.string(function, "arguments", ""))));
        }
        return new Answer(
                Json.string(json, "id", ""),
                model,
                parts,
                finish(Json.string(json, "finish_reason", "")),
                Counts.ofCohere(json.path("usage")));
    }

    /** @throws UnreadableAnswer where there is no answer */
    static Finish finish(String word) {
        return switch (word) {
            case "STOP_SEQUENCE" -> Finish.STOP_SEQUENCE;
            case "MAX_TOKENS" -> Finish.LENGTH;
            case "TOOL_CALL" -> Finish.TOOL_CALLS;
            case "ERROR", "TIMEOUT" -> throw new UnreadableAnswer("the provider gave its answer up");
            default -> Finish.END;
        };
    }
}
