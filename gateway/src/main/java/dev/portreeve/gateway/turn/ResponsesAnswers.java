package dev.portreeve.gateway.turn;

import dev.portreeve.gateway.dialect.UnreadableAnswer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Whole answers of the Responses dialect, and the items they consist of, which streams have too. */
final class ResponsesAnswers {
    private ResponsesAnswers() {}

    static Answer read(JsonNode json, Notes notes) {
        if (Json.string(json, "status", "").equals("failed")) {
            throw new UnreadableAnswer("the provider's response failed");
        }
        List<Part> parts = new ArrayList<>();
        json.path("output").forEach(item -> read(item, parts, notes));
        boolean calls = parts.stream().anyMatch(Part.ToolUse.class::isInstance);
        boolean refused = parts.stream().anyMatch(Part.Refusal.class::isInstance);
        return new Answer(
                Json.string(json, "id", ""),
                Json.string(json, "model", ""),
                parts,
                Finish.ofResponse(json, calls, refused),
                Counts.ofResponse(json.path("usage")));
    }

    private static void read(JsonNode item, List<Part> parts, Notes notes) {
        String type = Json.string(item, "type", "");
        switch (type) {
            case "message" -> item.path("content").forEach(part -> content(part, parts, notes));
            case "reasoning" -> {
                String text = thoughts(item);
                String signature = signature(item);
                if (!text.isEmpty() || signature != null) {
                    parts.add(new Part.Thinking(text, signature));
                }
            }
            case "function_call" ->
                parts.add(new Part.ToolUse(
                        Json.string(item, "call_id", ""),
                        Json.string(item, "name", ""),
                        OpenAiAnswers.input(Json.string(item, "arguments", ""))));
            default -> notes.dropped("answer." + type);
        }
    }

    private static void content(JsonNode part, List<Part> parts, Notes notes) {
        lostOf(part, notes);
        switch (Json.string(part, "type", "")) {
            case "output_text" -> parts.add(new Part.Text(Json.string(part, "text", "")));
            case "refusal" -> parts.add(new Part.Refusal(Json.string(part, "refusal", "")));
            default -> notes.dropped("answer." + Json.string(part, "type", "part"));
        }
    }

    static void lostOf(JsonNode part, Notes notes) {
        for (String name : List.of("annotations", "logprobs")) {
            if (!part.path(name).isEmpty()) {
                notes.dropped("answer." + name);
            }
        }
    }

    /** What a reasoning item says openly: its summary, or the thoughts themselves. */
    static String thoughts(JsonNode item) {
        StringBuilder text = new StringBuilder();
        for (String name : List.of("summary", "content")) {
            if (text.isEmpty()) {
                item.path(name)
                        .forEach(part ->
                                text.append(text.isEmpty() ? "" : "\n\n").append(Json.string(part, "text", "")));
            }
        }
        return text.toString();
    }

    static @Nullable String signature(JsonNode item) {
        String encrypted = Json.string(item, "encrypted_content");
        return encrypted == null || encrypted.isEmpty()
                ? null
                : Signatures.ofReasoning(Json.string(item, "id", ""), encrypted);
    }

    static ObjectNode write(Answer answer, long created, ToolNames names, ResponseFrame frame) {
        String id = frame.idFor(answer.id());
        ObjectNode json = response(frame, id, answer.model(), created);
        ArrayNode output = json.putArray("output");
        List<Part> said = new ArrayList<>();
        for (Part part : answer.parts()) {
            if (part instanceof Part.Text || part instanceof Part.Refusal) {
                said.add(part);
                continue;
            }
            say(said, id, output);
            switch (part) {
                case Part.Thinking thinking ->
                    output.add(reasoning(
                            item("rs", id, output.size()),
                            thinking.text(),
                            thinking.signature() == null ? null : Signatures.ofThinking(thinking.signature())));
                case Part.RedactedThinking redacted ->
                    output.add(reasoning(item("rs", id, output.size()), "", Signatures.ofRedacted(redacted.data())));
                case Part.ToolUse use ->
                    output.add(call(
                            item("fc", id, output.size()), use.id(), names.own(use.name()), Json.text(use.input())));
                case Part.Text _, Part.Refusal _, Part.Media _, Part.ToolResult _ -> {}
            }
        }
        say(said, id, output);
        end(json, answer.finish(), answer.counts());
        return json;
    }

    private static void say(List<Part> said, String id, ArrayNode output) {
        if (said.isEmpty()) {
            return;
        }
        ObjectNode message = message(item("msg", id, output.size()), "completed");
        ArrayNode content = message.putArray("content");
        for (Part part : said) {
            if (part instanceof Part.Refusal refusal) {
                content.addObject().put("type", "refusal").put("refusal", refusal.text());
            } else if (part instanceof Part.Text text) {
                content.add(text(text.text()));
            }
        }
        output.add(message);
        said.clear();
    }

    /** Ids of responses begin so; what another dialect's provider said of itself stays readable behind it. */
    static String id(String others) {
        return "resp_" + others.replaceAll("[^A-Za-z0-9]", "");
    }

    static String item(String kind, String responseId, int index) {
        return kind + responseId.substring("resp".length()) + "_" + index;
    }

    /** A response without its output, with what SDKs require of one. */
    static ObjectNode response(ResponseFrame frame, String id, String model, long created) {
        ObjectNode json = Json.object()
                .put("id", id)
                .put("object", "response")
                .put("created_at", created)
                .put("status", "in_progress")
                .put("background", false)
                .putNull("error")
                .putNull("incomplete_details")
                .putNull("instructions")
                .putNull("max_output_tokens")
                .put("model", model)
                .put("parallel_tool_calls", true)
                .putNull("previous_response_id")
                .put("store", false)
                .putNull("temperature")
                .putNull("top_p")
                .put("tool_choice", "auto")
                .put("truncation", "disabled");
        json.putObject("reasoning").putNull("effort").putNull("summary");
        json.putObject("text").putObject("format").put("type", "text");
        json.putArray("tools");
        json.putObject("metadata");
        frame.write(json);
        return json;
    }

    static void end(ObjectNode response, Finish finish, Counts counts) {
        String incomplete = finish.incomplete();
        response.put("status", incomplete == null ? "completed" : "incomplete");
        if (incomplete != null) {
            response.putObject("incomplete_details").put("reason", incomplete);
        }
        response.set("usage", counts.response());
    }

    static ObjectNode message(String id, String status) {
        return Json.object()
                .put("id", id)
                .put("type", "message")
                .put("status", status)
                .put("role", "assistant");
    }

    static ObjectNode text(String text) {
        ObjectNode part = Json.object().put("type", "output_text").put("text", text);
        part.putArray("annotations");
        part.putArray("logprobs");
        return part;
    }

    static ObjectNode summary(String text) {
        return Json.object().put("type", "summary_text").put("text", text);
    }

    static ObjectNode reasoning(String id, String text, @Nullable String encrypted) {
        ObjectNode item = Json.object().put("id", id).put("type", "reasoning");
        ArrayNode summary = item.putArray("summary");
        if (!text.isEmpty()) {
            summary.add(summary(text));
        }
        if (encrypted != null) {
            item.put("encrypted_content", encrypted);
        }
        return item;
    }

    /** @param arguments as JSON; of a free-form tool the object around its text */
    static ObjectNode call(String id, String callId, ToolNames.Own own, String arguments) {
        ObjectNode item = Json.object()
                .put("id", id)
                .put("type", own.free() ? "custom_tool_call" : "function_call")
                .put("status", "completed")
                .put("call_id", callId)
                .put("name", own.name());
        if (own.namespace() != null) {
            item.put("namespace", own.namespace());
        }
        return own.free() ? item.put("input", freeText(arguments)) : item.put("arguments", arguments);
    }

    /** A model that did not keep to the one argument has its words passed on as they are. */
    static String freeText(String arguments) {
        ObjectNode object = Json.objectIn(arguments);
        String text = object == null ? null : Json.string(object, ToolNames.INPUT);
        return text == null ? arguments : text;
    }
}
