package dev.portreeve.gateway.turn;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Chunks of a Gemini stream: each is an answer with what is new in it. A call comes whole. */
final class GeminiEventReader implements EventReader {
    private final Notes notes;
    private boolean begun;
    private String id = "";
    private int calls;
    /** Of a text; said only where a call follows, for nobody needs it when the loop is over. */
    private String ofText = "";

    private @Nullable Finish finish;

    GeminiEventReader(Notes notes) {
        this.notes = notes;
    }

    @Override
    public void read(JsonNode data, Consumer<TurnEvent> out) {
        if (!begun) {
            begun = true;
            id = Json.string(data, "responseId", "");
            out.accept(new TurnEvent.Begun(
                    id, Json.string(data, "modelVersion", ""), Counts.ofGemini(data.path("usageMetadata"))));
        }
        JsonNode candidate = data.path("candidates").path(0);
        GeminiAnswers.lost(candidate, notes);
        for (JsonNode part : candidate.path("content").path("parts")) {
            part(part, out);
        }
        if (data.path("usageMetadata").isObject()) {
            out.accept(new TurnEvent.Counted(Counts.ofGemini(data.path("usageMetadata"))));
        }
        Finish said = GeminiAnswers.finish(data, calls > 0, notes);
        finish = said == null ? finish : said;
    }

    private void part(JsonNode part, Consumer<TurnEvent> out) {
        String text = Json.string(part, "text");
        if (part.path("functionCall").isObject()) {
            if (!ofText.isEmpty()) {
                out.accept(new TurnEvent.Signed(Signatures.ofGeminiText(ofText)));
                ofText = "";
            }
            String signature = Json.string(part, "thoughtSignature");
            if (signature != null) {
                out.accept(new TurnEvent.Signed(Signatures.ofGemini(signature)));
            }
            int number = calls++;
            Part.ToolUse call = GeminiAnswers.call(part.path("functionCall"), id, number);
            out.accept(new TurnEvent.ToolBegun(number, call.id(), call.name()));
            if (!call.input().isEmpty()) {
                out.accept(new TurnEvent.ToolPiece(number, Json.text(call.input())));
            }
            out.accept(new TurnEvent.ToolEnded(number));
            return;
        }
        ofText = Json.string(part, "thoughtSignature", ofText);
        if (text == null) {
            GeminiAnswers.lostPart(part, notes);
        } else if (!text.isEmpty()) {
            out.accept(
                    part.path("thought").asBoolean(false)
                            ? new TurnEvent.ThinkingPiece(text)
                            : new TurnEvent.TextPiece(text));
        }
    }

    @Override
    public void end(Consumer<TurnEvent> out) {
        out.accept(new TurnEvent.Finished(finish == null ? Finish.END : finish));
    }
}
