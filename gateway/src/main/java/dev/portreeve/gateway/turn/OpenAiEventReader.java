package dev.portreeve.gateway.turn;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/** Chunks of a chat completion. */
final class OpenAiEventReader implements EventReader {
    private final Set<Integer> calls = new LinkedHashSet<>();
    private final Notes notes;
    private boolean begun;
    private boolean refused;
    private Finish finish = Finish.END;

    OpenAiEventReader(Notes notes) {
        this.notes = notes;
    }

    @Override
    public void read(JsonNode data, Consumer<TurnEvent> out) {
        if (!begun) {
            begun = true;
            out.accept(new TurnEvent.Begun(Json.string(data, "id", ""), Json.string(data, "model", ""), Counts.NONE));
        }
        JsonNode choice = data.path("choices").path(0);
        if (Json.given(choice, "logprobs") != null) {
            notes.dropped("answer.logprobs");
        }
        OpenAiAnswers.lostOf(choice.path("delta"), notes);
        delta(choice.path("delta"), out);
        String word = Json.string(choice, "finish_reason");
        if (word != null) {
            finish = Finish.ofOpenAi(word);
        }
        if (data.path("usage").isObject()) {
            out.accept(new TurnEvent.Counted(Counts.ofOpenAi(data.path("usage"))));
        }
    }

    private void delta(JsonNode delta, Consumer<TurnEvent> out) {
        String reasoning = Json.string(delta, OpenAiAnswers.REASONING, "");
        if (!reasoning.isEmpty()) {
            out.accept(new TurnEvent.ThinkingPiece(reasoning));
        }
        String thought = OpenAiAnswers.chunks(delta.path("content"), "thinking");
        if (!thought.isEmpty()) {
            out.accept(new TurnEvent.ThinkingPiece(thought));
        }
        String text = OpenAiAnswers.text(delta);
        if (!text.isEmpty()) {
            out.accept(new TurnEvent.TextPiece(text));
        }
        String refusal = Json.string(delta, "refusal", "");
        if (!refusal.isEmpty()) {
            refused = true;
            out.accept(new TurnEvent.TextPiece(refusal));
        }
        for (JsonNode call : delta.path("tool_calls")) {
            call(call, out);
        }
    }

    /** The first piece of a call has its name; some servers number no calls and send each whole. */
    private void call(JsonNode call, Consumer<TurnEvent> out) {
        int number = call.path("index").isIntegralNumber() ? call.path("index").asInt() : calls.size();
        JsonNode function = call.path("function");
        if (calls.add(number)) {
            out.accept(new TurnEvent.ToolBegun(
                    number, Json.string(call, "id", "call_" + number), Json.string(function, "name", "")));
        }
        String arguments = Json.string(function, "arguments", "");
        if (!arguments.isEmpty()) {
            out.accept(new TurnEvent.ToolPiece(number, arguments));
        }
    }

    @Override
    public void end(Consumer<TurnEvent> out) {
        boolean calling = !calls.isEmpty() && finish == Finish.END;
        out.accept(new TurnEvent.Finished(calling ? Finish.TOOL_CALLS : refused ? Finish.FILTERED : finish));
    }
}
