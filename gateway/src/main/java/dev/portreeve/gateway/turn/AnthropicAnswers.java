package dev.portreeve.gateway.turn;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Whole answers of the Anthropic dialect, and its content blocks, which requests have too. */
final class AnthropicAnswers {
    private AnthropicAnswers() {}

    static Answer read(JsonNode json, Notes notes) {
        List<Part> parts = new ArrayList<>();
        for (JsonNode block : json.path("content")) {
            switch (Json.string(block, "type", "")) {
                case "text" -> {
                    if (!block.path("citations").isEmpty()) {
                        notes.dropped("answer.citations");
                    }
                    parts.add(new Part.Text(Json.string(block, "text", "")));
                }
                case "thinking" ->
                    parts.add(new Part.Thinking(Json.string(block, "thinking", ""), Json.string(block, "signature")));
                case "redacted_thinking" -> parts.add(new Part.RedactedThinking(Json.string(block, "data", "")));
                case "tool_use" ->
                    parts.add(new Part.ToolUse(
                            Json.string(block, "id", ""),
                            Json.string(block, "name", ""),
                            block.path("input") instanceof ObjectNode input ? input : Json.object()));
                default -> notes.dropped("answer." + Json.string(block, "type", "block"));
            }
        }
        return new Answer(
                Json.string(json, "id", ""),
                Json.string(json, "model", ""),
                parts,
                Finish.ofAnthropic(Json.string(json, "stop_reason", "")),
                Counts.NONE.withAnthropic(json.path("usage")));
    }

    static ObjectNode write(Answer answer) {
        ObjectNode json = Json.object()
                .put("id", answer.id())
                .put("type", "message")
                .put("role", "assistant")
                .put("model", answer.model());
        ArrayNode content = json.putArray("content");
        answer.parts().forEach(part -> write(part, content, new Notes()));
        json.put("stop_reason", answer.finish().anthropic()).putNull("stop_sequence");
        json.set("usage", answer.counts().anthropic());
        return json;
    }

    /** Adds a part as a block. */
    static void write(Part part, ArrayNode content, Notes notes) {
        switch (part) {
            case Part.Text text -> content.addObject().put("type", "text").put("text", text.text());
            case Part.Refusal refusal -> content.addObject().put("type", "text").put("text", refusal.text());
            case Part.Thinking thinking ->
                content.addObject()
                        .put("type", "thinking")
                        .put("thinking", thinking.text())
                        .put("signature", thinking.signature() == null ? "" : thinking.signature());
            case Part.RedactedThinking redacted ->
                content.addObject().put("type", "redacted_thinking").put("data", redacted.data());
            case Part.ToolUse use ->
                content.addObject()
                        .put("type", "tool_use")
                        .put("id", use.id())
                        .put("name", use.name())
                        .set("input", use.input());
            case Part.ToolResult result -> result(result, content, notes);
            case Part.Media media -> media(media, content, notes);
        }
    }

    private static void result(Part.ToolResult result, ArrayNode content, Notes notes) {
        ObjectNode written = content.addObject().put("type", "tool_result").put("tool_use_id", result.id());
        ArrayNode inner = Json.array();
        result.content().forEach(part -> write(part, inner, notes));
        if (!inner.isEmpty()) {
            written.set("content", inner);
        }
        if (result.error()) {
            written.put("is_error", true);
        }
    }

    private static void media(Part.Media media, ArrayNode content, Notes notes) {
        boolean image = media.kind() == Part.Media.Kind.IMAGE;
        if (!image && media.data() != null && !"application/pdf".equals(media.mediaType())) {
            notes.without("messages", "a document must be a pdf");
            return;
        }
        ObjectNode block = content.addObject().put("type", image ? "image" : "document");
        ObjectNode source = block.putObject("source");
        if (media.data() != null) {
            source.put("type", "base64").put("media_type", media.mediaType()).put("data", media.data());
        } else {
            source.put("type", "url").put("url", media.url());
        }
        if (!image && media.name() != null) {
            block.put("title", media.name());
        }
    }
}
