package dev.portreeve.gateway.turn;

import dev.portreeve.gateway.dialect.UnreadableAnswer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Whole answers of Gemini's dialect, and the parts of its chunks, which have the same form. */
final class GeminiAnswers {
    private static final int MAX_ID = 40;

    private GeminiAnswers() {}

    static Answer read(JsonNode json, Notes notes) {
        if (json.path("candidates").size() > 1) {
            notes.lost("answer.candidates", "cut to the first");
        }
        List<Part> parts = new ArrayList<>();
        String id = Json.string(json, "responseId", "");
        int calls = 0;
        String ofText = "";
        JsonNode candidate = json.path("candidates").path(0);
        lost(candidate, notes);
        for (JsonNode part : candidate.path("content").path("parts")) {
            if (part.path("functionCall").isObject()) {
                if (!ofText.isEmpty()) {
                    parts.add(new Part.Thinking("", Signatures.ofGeminiText(ofText)));
                    ofText = "";
                }
                String signature = Json.string(part, "thoughtSignature");
                if (signature != null) {
                    sign(signature, parts);
                }
                parts.add(call(part.path("functionCall"), id, calls++));
            } else {
                said(part, notes, parts);
                ofText = Json.string(part, "thoughtSignature", ofText);
            }
        }
        Finish finish = finish(json, calls > 0, notes);
        return new Answer(
                id,
                Json.string(json, "modelVersion", ""),
                parts,
                finish == null ? Finish.END : finish,
                Counts.ofGemini(json.path("usageMetadata")));
    }

    /** The thought just before is the one that the signature is of. */
    private static void sign(String signature, List<Part> parts) {
        String text = "";
        if (!parts.isEmpty() && parts.getLast() instanceof Part.Thinking thought && thought.signature() == null) {
            text = thought.text();
            parts.removeLast();
        }
        parts.add(new Part.Thinking(text, Signatures.ofGemini(signature)));
    }

    private static void said(JsonNode part, Notes notes, List<Part> parts) {
        String text = Json.string(part, "text");
        if (text == null) {
            lostPart(part, notes);
        } else if (!text.isEmpty()) {
            boolean thought = part.path("thought").asBoolean(false);
            if (thought && !parts.isEmpty() && parts.getLast() instanceof Part.Thinking before) {
                parts.set(parts.size() - 1, new Part.Thinking(before.text() + text, null));
            } else {
                parts.add(thought ? new Part.Thinking(text, null) : new Part.Text(text));
            }
        }
    }

    /** Google's models often name no call; what they get is the same each time the answer is read. */
    static Part.ToolUse call(JsonNode call, String answerId, int number) {
        String id = Json.string(call, "id", "");
        if (id.isEmpty()) {
            String of = answerId.replaceAll("[^A-Za-z0-9-]", "");
            id = "call_" + of.substring(0, Math.min(MAX_ID, of.length())) + "_" + number;
        }
        return new Part.ToolUse(
                id,
                Json.string(call, "name", ""),
                call.path("args") instanceof ObjectNode arguments ? arguments : Json.object());
    }

    /** What of a candidate no other dialect has. */
    static void lost(JsonNode candidate, Notes notes) {
        for (String name : List.of("groundingMetadata", "citationMetadata", "logprobsResult", "urlContextMetadata")) {
            if (Json.given(candidate, name) != null) {
                notes.dropped("answer." + name);
            }
        }
    }

    static void lostPart(JsonNode part, Notes notes) {
        for (String name : part.propertyNames()) {
            if (!name.equals("thoughtSignature") && !name.equals("thought")) {
                notes.dropped("answer." + name);
            }
        }
    }

    /**
     * Why an answer or a stream's chunk ended, or {@code null} if it does not say.
     *
     * @throws UnreadableAnswer for a call that the model could not say, which no caller could run
     */
    static @Nullable Finish finish(JsonNode json, boolean calls, Notes notes) {
        if (!Json.string(json.path("promptFeedback"), "blockReason", "").isEmpty()) {
            return Finish.FILTERED;
        }
        String word = Json.string(json.path("candidates").path(0), "finishReason", "");
        return switch (word) {
            case "" -> null;
            case "STOP", "FINISH_REASON_UNSPECIFIED" -> calls ? Finish.TOOL_CALLS : Finish.END;
            case "MAX_TOKENS" -> Finish.LENGTH;
            case "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII" -> Finish.FILTERED;
            case "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS" ->
                throw new UnreadableAnswer("the model made a tool call that cannot be read (" + word + ")");
            default -> {
                if (word.startsWith("IMAGE_")) {
                    yield Finish.FILTERED;
                }
                notes.changed("answer.finishReason", "became an ordinary end");
                yield calls ? Finish.TOOL_CALLS : Finish.END;
            }
        };
    }

    static ObjectNode write(Answer answer, ToolNames names) {
        ArrayNode parts = Json.array();
        List<Part> thoughts = new ArrayList<>();
        for (Part part : answer.parts()) {
            switch (part) {
                case Part.Text text -> parts.addObject().put("text", text.text());
                case Part.Refusal refusal -> parts.addObject().put("text", refusal.text());
                case Part.Thinking thought -> {
                    if (!thought.text().isEmpty()) {
                        parts.addObject().put("text", thought.text()).put("thought", true);
                    }
                    thoughts.add(thought);
                }
                case Part.RedactedThinking redacted -> thoughts.add(redacted);
                case Part.ToolUse use -> {
                    parts.add(call(use.id(), names.own(use.name()).name(), use.input(), thoughts));
                    thoughts.clear();
                }
                case Part.Media _, Part.ToolResult _ -> {}
            }
        }
        ObjectNode json =
                chunk(answer.id(), answer.model(), parts, answer.finish().gemini());
        json.set("usageMetadata", answer.counts().gemini());
        return json;
    }

    /** @param thoughts that led to the call, which carries them, since clients send back what is at a call */
    static ObjectNode call(String id, String name, ObjectNode arguments, List<Part> thoughts) {
        ObjectNode part = Json.object();
        part.putObject("functionCall").put("id", id).put("name", name).set("args", arguments);
        String signature = Signatures.carrying(thoughts);
        if (signature != null) {
            part.put("thoughtSignature", signature);
        }
        return part;
    }

    /** @param finish why the answer ends with it, or {@code null} if it does not */
    static ObjectNode chunk(String id, String model, ArrayNode parts, @Nullable String finish) {
        ObjectNode json = Json.object();
        ObjectNode candidate = json.putArray("candidates").addObject();
        candidate.putObject("content").put("role", "model").set("parts", parts);
        if (finish != null) {
            candidate.put("finishReason", finish);
        }
        candidate.put("index", 0);
        return json.put("modelVersion", model).put("responseId", id);
    }
}
