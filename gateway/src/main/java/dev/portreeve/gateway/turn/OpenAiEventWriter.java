package dev.portreeve.gateway.turn;

import java.util.HashSet;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/** Chunks of a chat completion. */
final class OpenAiEventWriter implements EventWriter {
    private final long created;
    private final boolean usageAsked;
    private final StringBuilder thoughts = new StringBuilder();
    private final Set<Integer> callsWithArguments = new HashSet<>();
    private String id = "";
    private String model = "";
    private Counts counts = Counts.NONE;
    private Finish finish = Finish.END;

    OpenAiEventWriter(long created, boolean usageAsked) {
        this.created = created;
        this.usageAsked = usageAsked;
    }

    @Override
    public void write(TurnEvent event, Events out) {
        switch (event) {
            case TurnEvent.Begun start -> {
                id = start.id();
                model = start.model();
                delta(Json.object().put("role", "assistant").put("content", ""), out);
            }
            case TurnEvent.TextPiece text -> delta(Json.object().put("content", text.text()), out);
            case TurnEvent.ThinkingPiece thinking -> {
                thoughts.append(thinking.text());
                delta(Json.object().put(OpenAiAnswers.REASONING, thinking.text()), out);
            }
            case TurnEvent.Signed signed -> {
                block(OpenAiAnswers.thinking(thoughts.toString(), signed.signature()), out);
                thoughts.setLength(0);
            }
            case TurnEvent.Redacted redacted -> block(OpenAiAnswers.redacted(redacted.data()), out);
            case TurnEvent.ToolBegun tool -> call(tool.call(), OpenAiAnswers.call(tool.id(), tool.name(), ""), out);
            case TurnEvent.ToolPiece piece -> arguments(piece.call(), piece.json(), out);
            case TurnEvent.ToolEnded tool -> {
                if (!callsWithArguments.contains(tool.call())) {
                    arguments(tool.call(), "{}", out);
                }
            }
            case TurnEvent.Finished finished -> finish = finished.finish();
            case TurnEvent.Counted counted -> counts = counted.counts();
        }
    }

    private void block(ObjectNode block, Events out) {
        ObjectNode delta = Json.object();
        delta.putArray(OpenAiAnswers.THINKING).add(block);
        delta(delta, out);
    }

    private void arguments(int call, String json, Events out) {
        callsWithArguments.add(call);
        ObjectNode piece = Json.object();
        piece.putObject("function").put("arguments", json);
        call(call, piece, out);
    }

    private void call(int number, ObjectNode piece, Events out) {
        ObjectNode delta = Json.object();
        delta.putArray("tool_calls").add(piece.put("index", number));
        delta(delta, out);
    }

    private void delta(ObjectNode delta, Events out) {
        ObjectNode chunk = chunk();
        ObjectNode choice = chunk.putArray("choices").addObject().put("index", 0);
        choice.set("delta", delta);
        choice.putNull("finish_reason");
        if (usageAsked) {
            chunk.putNull("usage");
        }
        out.data(chunk);
    }

    private ObjectNode chunk() {
        return Json.object()
                .put("id", id)
                .put("object", "chat.completion.chunk")
                .put("created", created)
                .put("model", model);
    }

    @Override
    public void end(Events out) {
        ObjectNode chunk = chunk();
        ObjectNode choice = chunk.putArray("choices").addObject().put("index", 0);
        choice.putObject("delta");
        choice.put("finish_reason", finish.openAi());
        if (usageAsked) {
            chunk.putNull("usage");
        }
        out.data(chunk);
        if (usageAsked) {
            ObjectNode last = chunk();
            last.putArray("choices");
            last.set("usage", counts.openAi());
            out.data(last);
        }
    }

    @Override
    public String last() {
        return "data: [DONE]\n\n";
    }
}
