package dev.portreeve.gateway.turn;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/**
 * Events of Bedrock's ConverseStream, which are told apart by their members. A block's number counts all blocks, a call's only
 * the calls; most blocks begin with their first piece.
 */
final class BedrockEventReader implements EventReader {
    private final Map<Integer, Integer> callsByBlock = new HashMap<>();
    private final String id;
    private final String model;
    private final Notes notes;
    private boolean begun;
    private Finish finish = Finish.END;

    BedrockEventReader(String id, String model, Notes notes) {
        this.id = id;
        this.model = model;
        this.notes = notes;
    }

    @Override
    public void read(JsonNode data, Consumer<TurnEvent> out) {
        if (!begun) {
            begun = true;
            out.accept(new TurnEvent.Begun(id, model, Counts.NONE));
        }
        int index = data.path("contentBlockIndex").asInt(0);
        if (data.has("start")) {
            start(index, data.path("start"), out);
        } else if (data.has("delta")) {
            piece(index, data.path("delta"), out);
        } else if (data.has("stopReason")) {
            finish = BedrockAnswers.finish(Json.string(data, "stopReason", ""));
        } else if (data.has("usage")) {
            out.accept(new TurnEvent.Counted(Counts.ofBedrock(data.path("usage"))));
        } else if (data.has("contentBlockIndex")) {
            Integer call = callsByBlock.get(index);
            if (call != null) {
                out.accept(new TurnEvent.ToolEnded(call));
            }
        }
    }

    private void start(int index, JsonNode start, Consumer<TurnEvent> out) {
        JsonNode use = start.path("toolUse");
        if (use.isObject() && !use.has("type")) {
            int call = callsByBlock.size();
            callsByBlock.put(index, call);
            out.accept(new TurnEvent.ToolBegun(call, Json.string(use, "toolUseId", ""), Json.string(use, "name", "")));
        } else {
            start.propertyNames().forEach(name -> notes.dropped("answer." + name));
        }
    }

    private void piece(int index, JsonNode delta, Consumer<TurnEvent> out) {
        if (delta.has("text")) {
            accept(new TurnEvent.TextPiece(Json.string(delta, "text", "")), Json.string(delta, "text", ""), out);
        } else if (delta.has("toolUse")) {
            Integer call = callsByBlock.get(index);
            String json = Json.string(delta.path("toolUse"), "input", "");
            if (call != null) {
                accept(new TurnEvent.ToolPiece(call, json), json, out);
            }
        } else if (delta.has("reasoningContent")) {
            JsonNode reasoning = delta.path("reasoningContent");
            String text = Json.string(reasoning, "text", "");
            accept(new TurnEvent.ThinkingPiece(text), text, out);
            String signature = Json.string(reasoning, "signature", "");
            accept(new TurnEvent.Signed(signature), signature, out);
            String redacted = Json.string(reasoning, "redactedContent", "");
            accept(new TurnEvent.Redacted(redacted), redacted, out);
        } else {
            delta.propertyNames().forEach(name -> notes.dropped("answer." + name));
        }
    }

    private static void accept(TurnEvent event, String said, Consumer<TurnEvent> out) {
        if (!said.isEmpty()) {
            out.accept(event);
        }
    }

    @Override
    public void end(Consumer<TurnEvent> out) {
        out.accept(new TurnEvent.Finished(finish));
    }
}
