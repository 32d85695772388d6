package dev.portreeve.gateway.turn;

import dev.portreeve.gateway.turn.TurnEvent.ToolPiece;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/** Events of a response. What a stream says in pieces and then again whole is taken once. */
final class ResponsesEventReader implements EventReader {
    private final Notes notes;
    private final Map<Integer, Integer> callsByItem = new HashMap<>();
    /** Items of which a piece came. */
    private final Set<Integer> begun = new HashSet<>();

    private Finish finish = Finish.END;
    private boolean refused;

    ResponsesEventReader(Notes notes) {
        this.notes = notes;
    }

    @Override
    public void read(JsonNode data, Consumer<TurnEvent> out) {
        int item = data.path("output_index").asInt(-1);
        switch (Json.string(data, "type", "")) {
            case "response.created" -> {
                JsonNode response = data.path("response");
                out.accept(new TurnEvent.Begun(
                        Json.string(response, "id", ""), Json.string(response, "model", ""), Counts.NONE));
            }
            case "response.output_item.added" -> added(item, data.path("item"), out);
            case "response.output_text.delta" -> {
                ResponsesAnswers.lostOf(data, notes);
                text(item, Json.string(data, "delta", ""), out);
            }
            case "response.refusal.delta" -> {
                refused = true;
                text(item, Json.string(data, "delta", ""), out);
            }
            case "response.reasoning_summary_text.delta", "response.reasoning_text.delta" ->
                thought(item, Json.string(data, "delta", ""), out);
            case "response.reasoning_summary_part.added" -> {
                if (begun.contains(item)) {
                    thought(item, "\n\n", out);
                }
            }
            case "response.function_call_arguments.delta" -> arguments(item, Json.string(data, "delta", ""), out);
            case "response.output_text.annotation.added" -> notes.dropped("answer.annotations");
            case "response.output_item.done" -> done(item, data.path("item"), out);
            case "response.completed", "response.incomplete" -> {
                JsonNode response = data.path("response");
                out.accept(new TurnEvent.Counted(Counts.ofResponse(response.path("usage"))));
                finish = Finish.ofResponse(response, !callsByItem.isEmpty(), refused);
            }
            default -> {}
        }
    }

    private void added(int index, JsonNode item, Consumer<TurnEvent> out) {
        String type = Json.string(item, "type", "");
        switch (type) {
            case "function_call" -> call(index, item, out);
            case "message", "reasoning" -> {}
            default -> notes.dropped("answer." + type);
        }
    }

    private void call(int index, JsonNode item, Consumer<TurnEvent> out) {
        if (!callsByItem.containsKey(index)) {
            int call = callsByItem.size();
            callsByItem.put(index, call);
            out.accept(new TurnEvent.ToolBegun(call, Json.string(item, "call_id", ""), Json.string(item, "name", "")));
        }
    }

    private void text(int index, String text, Consumer<TurnEvent> out) {
        if (!text.isEmpty()) {
            begun.add(index);
            out.accept(new TurnEvent.TextPiece(text));
        }
    }

    private void thought(int index, String text, Consumer<TurnEvent> out) {
        if (!text.isEmpty()) {
            begun.add(index);
            out.accept(new TurnEvent.ThinkingPiece(text));
        }
    }

    private void arguments(int index, String json, Consumer<TurnEvent> out) {
        Integer call = callsByItem.get(index);
        if (call != null && !json.isEmpty()) {
            begun.add(index);
            out.accept(new ToolPiece(call, json));
        }
    }

    /** Some servers send no pieces, only whole items. */
    private void done(int index, JsonNode item, Consumer<TurnEvent> out) {
        switch (Json.string(item, "type", "")) {
            case "function_call" -> {
                call(index, item, out);
                if (!begun.contains(index)) {
                    arguments(index, Json.string(item, "arguments", ""), out);
                }
                Integer call = callsByItem.get(index);
                if (call != null) {
                    out.accept(new TurnEvent.ToolEnded(call));
                }
            }
            case "reasoning" -> {
                if (!begun.contains(index)) {
                    thought(index, ResponsesAnswers.thoughts(item), out);
                }
                String signature = ResponsesAnswers.signature(item);
                if (signature != null) {
                    out.accept(new TurnEvent.Signed(signature));
                }
            }
            case "message" -> {
                if (!begun.contains(index)) {
                    item.path("content")
                            .forEach(part ->
                                    text(index, Json.string(part, "text", Json.string(part, "refusal", "")), out));
                }
            }
            default -> {}
        }
    }

    @Override
    public void end(Consumer<TurnEvent> out) {
        out.accept(new TurnEvent.Finished(finish));
    }
}
