package dev.portreeve.gateway.turn;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Whole answers of the OpenAI dialect. */
final class OpenAiAnswers {
    /** Readable thoughts, under the name that most compatible servers use. */
    static final String REASONING = "reasoning_content";

    /** Thoughts with their signatures; a client that sends them back can go on thinking through a tool loop. */
    static final String THINKING = "thinking_blocks";

    private OpenAiAnswers() {}

    static Answer read(JsonNode json, Notes notes) {
        lost(json, notes);
        JsonNode choice = json.path("choices").path(0);
        JsonNode message = choice.path("message");
        List<Part> parts = new ArrayList<>();
        String reasoning = Json.string(message, REASONING, "");
        if (!reasoning.isEmpty()) {
            parts.add(new Part.Thinking(reasoning, null));
        }
        String thought = chunks(message.path("content"), "thinking");
        if (!thought.isEmpty()) {
            parts.add(new Part.Thinking(thought, null));
        }
        String text = text(message);
        if (!text.isEmpty()) {
            parts.add(new Part.Text(text));
        }
        String refusal = Json.string(message, "refusal", "");
        if (!refusal.isEmpty()) {
            parts.add(new Part.Refusal(refusal));
        }
        for (JsonNode call : message.path("tool_calls")) {
            JsonNode function = call.path("function");
            parts.add(new Part.ToolUse(
                    Json.string(call, "id", ""),
                    Json.string(function, "name", ""),
                    input(Json.string(function, "arguments", ""))));
        }
        Finish finish = Finish.ofOpenAi(Json.string(choice, "finish_reason", ""));
        boolean calls = parts.stream().anyMatch(Part.ToolUse.class::isInstance);
        return new Answer(
                Json.string(json, "id", ""),
                Json.string(json, "model", ""),
                parts,
                // Some servers end with "stop" although they call tools.
                calls && finish == Finish.END ? Finish.TOOL_CALLS : refusal.isEmpty() ? finish : Finish.FILTERED,
                Counts.ofOpenAi(json.path("usage")));
    }

    /** A message's text; some servers write it in a list of chunks, with thoughts among them. */
    static String text(JsonNode message) {
        return Json.string(message, "content", chunks(message.path("content"), "text"));
    }

    /** The texts of the chunks of one type; thoughts have theirs in a list once more. */
    static String chunks(JsonNode content, String type) {
        StringBuilder text = new StringBuilder();
        for (JsonNode chunk : content.isArray() ? content : Json.array()) {
            if (Json.string(chunk, "type", "").equals(type)) {
                JsonNode inner = chunk.path(type);
                text.append(inner.isArray() ? chunks(inner, "text") : Json.string(chunk, type, ""));
            }
        }
        return text.toString();
    }

    private static void lost(JsonNode json, Notes notes) {
        JsonNode choice = json.path("choices").path(0);
        if (json.path("choices").size() > 1) {
            notes.lost("answer.choices", "cut to the first");
        }
        if (Json.given(choice, "logprobs") != null) {
            notes.dropped("answer.logprobs");
        }
        lostOf(choice.path("message"), notes);
    }

    /** What of a message, or of a piece of one, no other dialect has. */
    static void lostOf(JsonNode message, Notes notes) {
        for (String name : List.of("annotations", "audio", "images")) {
            if (!message.path(name).isEmpty()) {
                notes.dropped("answer." + name);
            }
        }
    }

    /** Arguments that are no object are the model's mistake, which the caller's own check shall see. */
    static ObjectNode input(String arguments) {
        ObjectNode object = Json.objectIn(arguments);
        return object == null ? Json.object().put("arguments", arguments) : object;
    }

    static ObjectNode write(Answer answer, long created) {
        ObjectNode json = Json.object()
                .put("id", answer.id())
                .put("object", "chat.completion")
                .put("created", created)
                .put("model", answer.model());
        ObjectNode choice = json.putArray("choices").addObject().put("index", 0);
        message(answer.parts(), choice.putObject("message").put("role", "assistant"));
        choice.put("finish_reason", answer.finish().openAi()).putNull("logprobs");
        json.set("usage", answer.counts().openAi());
        return json;
    }

    private static void message(List<Part> parts, ObjectNode message) {
        StringBuilder text = new StringBuilder();
        StringBuilder reasoning = new StringBuilder();
        ArrayNode thinking = Json.array();
        ArrayNode calls = Json.array();
        for (Part part : parts) {
            switch (part) {
                case Part.Text plain -> text.append(plain.text());
                case Part.Refusal refusal -> text.append(refusal.text());
                case Part.Thinking thought -> {
                    reasoning.append(thought.text());
                    thinking.add(thinking(thought.text(), thought.signature() == null ? "" : thought.signature()));
                }
                case Part.RedactedThinking redacted -> thinking.add(redacted(redacted.data()));
                case Part.ToolUse use -> calls.add(call(use.id(), use.name(), Json.text(use.input())));
                case Part.Media _, Part.ToolResult _ -> {}
            }
        }
        message.put("content", text.isEmpty() && !calls.isEmpty() ? null : text.toString());
        message.putNull("refusal");
        if (!reasoning.isEmpty()) {
            message.put(REASONING, reasoning.toString());
        }
        if (!thinking.isEmpty()) {
            message.set(THINKING, thinking);
        }
        if (!calls.isEmpty()) {
            message.set("tool_calls", calls);
        }
    }

    static ObjectNode thinking(String text, String signature) {
        return Json.object().put("type", "thinking").put("thinking", text).put("signature", signature);
    }

    static ObjectNode redacted(String data) {
        return Json.object().put("type", "redacted_thinking").put("data", data);
    }

    static ObjectNode call(String id, String name, String arguments) {
        ObjectNode call = Json.object().put("id", id).put("type", "function");
        call.putObject("function").put("name", name).put("arguments", arguments);
        return call;
    }
}
