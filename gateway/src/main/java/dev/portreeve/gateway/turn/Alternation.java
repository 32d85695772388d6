package dev.portreeve.gateway.turn;

import dev.portreeve.gateway.turn.Turn.Message;
import dev.portreeve.gateway.turn.Turn.Role;
import java.util.ArrayList;
import java.util.List;

/**
 * Messages as providers want them that let user and assistant speak in turns: one message for neighbours of one role, the first
 * of them a user's, none of them empty, results of tools before all else. For one request.
 */
final class Alternation {
    private final Notes notes;

    Alternation(Notes notes) {
        this.notes = notes;
    }

    /** @throws dev.portreeve.gateway.dialect.BadRequest if nothing is left of them */
    List<Message> of(List<Message> messages) {
        List<Message> merged = new ArrayList<>();
        for (Message message : messages) {
            List<Part> parts = new ArrayList<>();
            message.parts().stream().filter(this::says).forEach(parts::add);
            if (parts.isEmpty()) {
                continue;
            }
            if (!merged.isEmpty() && merged.getLast().role() == message.role()) {
                parts.addAll(0, merged.removeLast().parts());
            }
            merged.add(new Message(message.role(), parts));
        }
        if (merged.isEmpty()) {
            throw notes.refused("messages", "nothing is left of them");
        }
        if (merged.getFirst().role() == Role.ASSISTANT) {
            notes.changed("messages", "a user message was put before the first");
            merged.addFirst(new Message(Role.USER, List.of(new Part.Text("(continued)"))));
        }
        return merged.stream().map(Alternation::resultsFirst).toList();
    }

    /** Blank texts are refused, and thoughts are believed by whom they are from only. */
    private boolean says(Part part) {
        if (part instanceof Part.Thinking thinking
                && (thinking.signature() == null
                        || thinking.signature().isEmpty()
                        || Signatures.isReasoning(thinking.signature())
                        || Signatures.isGemini(thinking.signature()))) {
            notes.changed("messages.thinking", "dropped, another provider does not believe it");
            return false;
        }
        return !(part instanceof Part.Text text) || !text.text().isBlank();
    }

    private static Message resultsFirst(Message message) {
        List<Part> parts = new ArrayList<>();
        message.parts().stream().filter(Part.ToolResult.class::isInstance).forEach(parts::add);
        message.parts().stream()
                .filter(part -> !(part instanceof Part.ToolResult))
                .forEach(parts::add);
        return new Message(message.role(), parts);
    }
}
