package dev.portreeve.gateway.turn;

import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/**
 * Answers of a model that was told in words only that it must not call a tool. What it calls all the same is taken out, for its
 * caller cannot answer a call that it forbade. For one answer.
 */
final class WithoutCalls implements EventReader {
    private final EventReader reader;
    private final Notes notes;

    WithoutCalls(EventReader reader, Notes notes) {
        this.reader = reader;
        this.notes = notes;
    }

    /** The answer without its calls. */
    static Answer of(Answer answer, Notes notes) {
        if (answer.parts().stream().noneMatch(Part.ToolUse.class::isInstance)) {
            return answer;
        }
        dropped(notes);
        return new Answer(
                answer.id(),
                answer.model(),
                answer.parts().stream()
                        .filter(part -> !(part instanceof Part.ToolUse))
                        .toList(),
                ended(answer.finish()),
                answer.counts());
    }

    private static void dropped(Notes notes) {
        notes.changed("answer.tool_calls", "dropped, the request forbade them");
    }

    private static Finish ended(Finish finish) {
        return finish == Finish.TOOL_CALLS ? Finish.END : finish;
    }

    @Override
    public void read(JsonNode data, Consumer<TurnEvent> out) {
        reader.read(data, event -> pass(event, out));
    }

    @Override
    public void end(Consumer<TurnEvent> out) {
        reader.end(event -> pass(event, out));
    }

    private void pass(TurnEvent event, Consumer<TurnEvent> out) {
        switch (event) {
            case TurnEvent.ToolBegun _ -> dropped(notes);
            case TurnEvent.ToolPiece _, TurnEvent.ToolEnded _ -> {}
            case TurnEvent.Finished finished -> out.accept(new TurnEvent.Finished(ended(finished.finish())));
            default -> out.accept(event);
        }
    }
}
