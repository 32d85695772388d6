package dev.portreeve.gateway.turn;

import java.util.ArrayList;
import java.util.List;

/** Remembers the thoughts of a stream on their way to a caller who may not send them back. For one stream. */
final class RememberingWriter implements EventWriter {
    private final EventWriter writer;
    private final Thoughts memory;
    private final StringBuilder text = new StringBuilder();
    private final List<Part> thoughts = new ArrayList<>();

    RememberingWriter(EventWriter writer, Thoughts memory) {
        this.writer = writer;
        this.memory = memory;
    }

    @Override
    public void write(TurnEvent event, Events out) {
        switch (event) {
            case TurnEvent.ThinkingPiece piece -> text.append(piece.text());
            case TurnEvent.Signed signed -> {
                thoughts.add(new Part.Thinking(text.toString(), signed.signature()));
                text.setLength(0);
            }
            case TurnEvent.Redacted redacted -> thoughts.add(new Part.RedactedThinking(redacted.data()));
            case TurnEvent.ToolBegun tool -> {
                memory.keep(tool.id(), tool.name(), thoughts);
                thoughts.clear();
            }
            default -> {}
        }
        writer.write(event, out);
    }

    @Override
    public void end(Events out) {
        writer.end(out);
    }

    @Override
    public String last() {
        return writer.last();
    }
}
