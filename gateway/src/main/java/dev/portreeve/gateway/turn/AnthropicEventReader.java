package dev.portreeve.gateway.turn;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/** Events of a message. A block's number counts all blocks, a call's only the calls. */
final class AnthropicEventReader implements EventReader {
    private final Map<Integer, Integer> callsByBlock = new HashMap<>();
    private Counts counts = Counts.NONE;
    private final Notes notes;
    private Finish finish = Finish.END;

    AnthropicEventReader(Notes notes) {
        this.notes = notes;
    }

    @Override
    public void read(JsonNode data, Consumer<TurnEvent> out) {
        switch (Json.string(data, "type", "")) {
            case "message_start" -> {
                JsonNode message = data.path("message");
                counts = counts.withAnthropic(message.path("usage"));
                out.accept(
                        new TurnEvent.Begun(Json.string(message, "id", ""), Json.string(message, "model", ""), counts));
            }
            case "content_block_start" -> begin(data.path("index").asInt(), data.path("content_block"), out);
            case "content_block_delta" -> piece(data.path("index").asInt(), data.path("delta"), out);
            case "content_block_stop" -> {
                Integer call = callsByBlock.get(data.path("index").asInt());
                if (call != null) {
                    out.accept(new TurnEvent.ToolEnded(call));
                }
            }
            case "message_delta" -> {
                finish = Finish.ofAnthropic(Json.string(data.path("delta"), "stop_reason", ""));
                counts = counts.withAnthropic(data.path("usage"));
            }
            default -> {}
        }
    }

    private void begin(int index, JsonNode block, Consumer<TurnEvent> out) {
        switch (Json.string(block, "type", "")) {
            case "tool_use" -> {
                int call = callsByBlock.size();
                callsByBlock.put(index, call);
                out.accept(new TurnEvent.ToolBegun(call, Json.string(block, "id", ""), Json.string(block, "name", "")));
            }
            case "redacted_thinking" -> out.accept(new TurnEvent.Redacted(Json.string(block, "data", "")));
            case "text" -> text(Json.string(block, "text", ""), out);
            case "thinking" -> {}
            default -> notes.dropped("answer." + Json.string(block, "type", "block"));
        }
    }

    private static void text(String text, Consumer<TurnEvent> out) {
        if (!text.isEmpty()) {
            out.accept(new TurnEvent.TextPiece(text));
        }
    }

    private void piece(int index, JsonNode delta, Consumer<TurnEvent> out) {
        switch (Json.string(delta, "type", "")) {
            case "text_delta" -> text(Json.string(delta, "text", ""), out);
            case "thinking_delta" -> out.accept(new TurnEvent.ThinkingPiece(Json.string(delta, "thinking", "")));
            case "signature_delta" -> out.accept(new TurnEvent.Signed(Json.string(delta, "signature", "")));
            case "input_json_delta" -> {
                Integer call = callsByBlock.get(index);
                String json = Json.string(delta, "partial_json", "");
                if (call != null && !json.isEmpty()) {
                    out.accept(new TurnEvent.ToolPiece(call, json));
                }
            }
            case "citations_delta" -> notes.dropped("answer.citations");
            default -> {}
        }
    }

    @Override
    public void end(Consumer<TurnEvent> out) {
        out.accept(new TurnEvent.Counted(counts));
        out.accept(new TurnEvent.Finished(finish));
    }
}
