package dev.portreeve.gateway.turn;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/** Events of Cohere's chat. */
final class CohereEventReader implements EventReader {
    private final Map<Integer, Integer> callsByIndex = new HashMap<>();
    private final String model;
    private final Notes notes;
    private Finish finish = Finish.END;

    CohereEventReader(String model, Notes notes) {
        this.model = model;
        this.notes = notes;
    }

    @Override
    public void read(JsonNode data, Consumer<TurnEvent> out) {
        int index = data.path("index").asInt(0);
        JsonNode delta = data.path("delta");
        JsonNode message = delta.path("message");
        switch (Json.string(data, "type", "")) {
            case "message-start" -> out.accept(new TurnEvent.Begun(Json.string(data, "id", ""), model, Counts.NONE));
            case "content-start", "content-delta" -> content(message.path("content"), out);
            case "tool-plan-delta" -> {
                String plan = Json.string(message, "tool_plan", "");
                if (!plan.isEmpty()) {
                    out.accept(new TurnEvent.ThinkingPiece(plan));
                }
            }
            case "tool-call-start" -> call(index, message.path("tool_calls"), out);
            case "tool-call-delta" -> arguments(index, message.path("tool_calls"), out);
            case "tool-call-end" -> {
                Integer call = callsByIndex.get(index);
                if (call != null) {
                    out.accept(new TurnEvent.ToolEnded(call));
                }
            }
            case "citation-start" -> notes.dropped("answer.citations");
            case "message-end" -> {
                finish = CohereAnswers.finish(Json.string(delta, "finish_reason", ""));
                if (delta.path("usage").isObject()) {
                    out.accept(new TurnEvent.Counted(Counts.ofCohere(delta.path("usage"))));
                }
            }
            default -> {}
        }
    }

    private static void content(JsonNode content, Consumer<TurnEvent> out) {
        String text = Json.string(content, "text", "");
        if (!text.isEmpty()) {
            out.accept(new TurnEvent.TextPiece(text));
        }
        String thinking = Json.string(content, "thinking", "");
        if (!thinking.isEmpty()) {
            out.accept(new TurnEvent.ThinkingPiece(thinking));
        }
    }

    private void call(int index, JsonNode use, Consumer<TurnEvent> out) {
        int call = callsByIndex.size();
        if (callsByIndex.putIfAbsent(index, call) == null) {
            out.accept(new TurnEvent.ToolBegun(
                    call, Json.string(use, "id", "call_" + call), Json.string(use.path("function"), "name", "")));
            arguments(index, use, out);
        }
    }

    private void arguments(int index, JsonNode use, Consumer<TurnEvent> out) {
        Integer call = callsByIndex.get(index);
        String json = Json.string(use.path("function"), "arguments", "");
        if (call != null && !json.isEmpty()) {
            out.accept(new TurnEvent.ToolPiece(call, json));
        }
    }

    @Override
    public void end(Consumer<TurnEvent> out) {
        out.accept(new TurnEvent.Finished(finish));
    }
}
