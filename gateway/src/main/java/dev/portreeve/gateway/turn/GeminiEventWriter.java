package dev.portreeve.gateway.turn;

import dev.portreeve.gateway.dialect.UnreadableAnswer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Chunks of a Gemini stream. A call is written when it is whole; why the answer ended, and its usage, in the last chunk. */
final class GeminiEventWriter implements EventWriter {
    /** What may be gathered of calls and thoughts that have not been written yet. */
    private static final int MAX_GATHERED = 16 << 20;

    private final ToolNames names;
    private final Map<Integer, Call> open = new LinkedHashMap<>();
    private final StringBuilder thoughts = new StringBuilder();
    private final List<Part> signed = new ArrayList<>();
    private String id = "";
    private String model = "";
    private int gathered;
    private Counts counts = Counts.NONE;
    private Finish finish = Finish.END;

    private record Call(String id, String name, StringBuilder arguments) {}

    GeminiEventWriter(ToolNames names) {
        this.names = names;
    }

    @Override
    public void write(TurnEvent event, Events out) {
        switch (event) {
            case TurnEvent.Begun start -> {
                id = start.id();
                model = start.model();
            }
            case TurnEvent.TextPiece text -> part(Json.object().put("text", text.text()), out);
            case TurnEvent.ThinkingPiece thinking -> {
                thoughts.append(gather(thinking.text()));
                part(Json.object().put("text", thinking.text()).put("thought", true), out);
            }
            case TurnEvent.Signed signature -> {
                signed.add(new Part.Thinking(thoughts.toString(), gather(signature.signature())));
                thoughts.setLength(0);
            }
            case TurnEvent.Redacted redacted -> signed.add(new Part.RedactedThinking(gather(redacted.data())));
            case TurnEvent.ToolBegun tool ->
                open.put(tool.call(), new Call(tool.id(), tool.name(), new StringBuilder()));
            case TurnEvent.ToolPiece piece -> {
                Call call = open.get(piece.call());
                if (call != null) {
                    call.arguments().append(gather(piece.json()));
                }
            }
            case TurnEvent.ToolEnded tool -> {
                Call call = open.remove(tool.call());
                if (call != null) {
                    call(call, out);
                }
            }
            case TurnEvent.Finished finished -> finish = finished.finish();
            case TurnEvent.Counted counted -> counts = counted.counts();
        }
    }

    private String gather(String piece) {
        gathered += piece.length();
        if (gathered > MAX_GATHERED) {
            throw new UnreadableAnswer("a tool call or a thought is too long");
        }
        return piece;
    }

    private void call(Call call, Events out) {
        ObjectNode arguments = OpenAiAnswers.input(call.arguments().toString());
        part(GeminiAnswers.call(call.id(), names.own(call.name()).name(), arguments, signed), out);
        signed.clear();
    }

    private void part(ObjectNode part, Events out) {
        ArrayNode parts = Json.array();
        parts.add(part);
        out.data(GeminiAnswers.chunk(id, model, parts, null));
    }

    @Override
    public void end(Events out) {
        open.values().forEach(call -> call(call, out));
        open.clear();
    }

    @Override
    public String last() {
        ArrayNode parts = Json.array();
        parts.addObject().put("text", "");
        ObjectNode chunk = GeminiAnswers.chunk(id, model, parts, finish.gemini());
        chunk.set("usageMetadata", counts.gemini());
        return "data: " + Json.text(chunk) + "\n\n";
    }
}
