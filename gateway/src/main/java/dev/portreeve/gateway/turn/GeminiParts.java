package dev.portreeve.gateway.turn;

import dev.portreeve.gateway.turn.Turn.Message;
import dev.portreeve.gateway.turn.Turn.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The contents of a Gemini request as messages. Calls without an id get one, and results without one belong to the first call of
 * that name that has none yet. For one request.
 */
final class GeminiParts {
    private final Notes notes;
    private final ToolNames names;
    private final List<Open> open = new ArrayList<>();
    private int calls;

    /** A call that has no result yet. */
    private record Open(String id, String name) {}

    GeminiParts(Notes notes, ToolNames names) {
        this.notes = notes;
        this.names = names;
    }

    /** The instruction, which is a content or, to some clients, a text. */
    List<Part> system(JsonNode content) {
        List<Part> parts = new ArrayList<>();
        if (content.isString()) {
            parts.add(new Part.Text(content.stringValue()));
        }
        for (JsonNode part : content.path("parts")) {
            String text = Json.string(part, "text");
            if (text == null) {
                notes.without("systemInstruction", "it holds more than text");
            } else if (!text.isEmpty()) {
                parts.add(new Part.Text(text));
            }
        }
        return parts;
    }

    Message message(JsonNode content) {
        boolean model = Json.string(content, "role", "user").equals("model");
        List<Part> parts = new ArrayList<>();
        for (JsonNode each : content.path("parts")) {
            part(GeminiJson.camel(each), model, parts);
        }
        return new Message(model ? Role.ASSISTANT : Role.USER, parts);
    }

    private void part(ObjectNode part, boolean model, List<Part> parts) {
        String text = Json.string(part, "text");
        if (text != null) {
            text(text, part.path("thought").asBoolean(false), parts);
        } else if (part.has("functionCall")) {
            call(GeminiJson.camel(part.path("functionCall")), Json.string(part, "thoughtSignature"), model, parts);
        } else if (part.has("functionResponse")) {
            result(GeminiJson.camel(part.path("functionResponse")), model, parts);
        } else if (part.has("inlineData") || part.has("fileData")) {
            if (model) {
                notes.dropped("contents.media");
            } else {
                add(media(part), parts);
            }
        } else if (part.has("executableCode")
                || part.has("codeExecutionResult")
                || part.has("toolCall")
                || part.has("toolResponse")) {
            // What a provider's own tools said belongs to that provider.
            notes.dropped("contents.tools");
        } else if (!part.isEmpty() && !part.has("thoughtSignature")) {
            notes.without("contents", "it has a part of an unknown kind");
        }
    }

    private static void text(String text, boolean thought, List<Part> parts) {
        if (!text.isEmpty()) {
            parts.add(thought ? new Part.Thinking(text, null) : new Part.Text(text));
        }
    }

    private static void add(@Nullable Part part, List<Part> parts) {
        if (part != null) {
            parts.add(part);
        }
    }

    private void call(ObjectNode call, @Nullable String signature, boolean model, List<Part> parts) {
        if (!model) {
            throw notes.refused("contents", "a user's content has a function call");
        }
        if (signature != null) {
            List<Part> thoughts = Signatures.carried(signature);
            // The thoughts that the signature carries are whole; those beside them are only for reading.
            parts.removeIf(part -> part instanceof Part.Thinking thinking && thinking.signature() == null);
            parts.addAll(afterLastCall(parts), thoughts);
        }
        String name = names.plain(null, Json.string(call, "name", ""), false);
        String id = Json.string(call, "id", "");
        if (id.isEmpty()) {
            id = "call_" + calls;
        }
        calls++;
        open.add(new Open(id, name));
        parts.add(new Part.ToolUse(
                id, name, call.path("args") instanceof ObjectNode arguments ? arguments : Json.object()));
    }

    /** Thoughts come before what is said and called because of them, and some providers insist on that. */
    private static int afterLastCall(List<Part> parts) {
        int at = parts.size();
        while (at > 0 && !(parts.get(at - 1) instanceof Part.ToolUse)) {
            at--;
        }
        return at;
    }

    private void result(ObjectNode response, boolean model, List<Part> parts) {
        if (model) {
            throw notes.refused("contents", "a model's content has a function response");
        }
        String id = Json.string(response, "id", "");
        String name = names.plain(null, Json.string(response, "name", ""), false);
        Open answered = answered(id, name);
        if (answered == null) {
            throw notes.refused("contents", "a function response belongs to no function call");
        }
        open.remove(answered);
        JsonNode said = response.path("response");
        List<Part> content = new ArrayList<>();
        content.add(new Part.Text(text(said)));
        for (JsonNode each : response.path("parts")) {
            add(media(GeminiJson.camel(each)), content);
        }
        parts.add(new Part.ToolResult(answered.id(), content, said.has("error")));
    }

    private @Nullable Open answered(String id, String name) {
        for (Open each : open) {
            if (id.isEmpty() ? each.name().equals(name) : each.id().equals(id)) {
                return each;
            }
        }
        return id.isEmpty() ? null : answered("", name);
    }

    /** A response with one text in it stands for that text. */
    private static String text(JsonNode response) {
        if (response.size() == 1) {
            for (Map.Entry<String, JsonNode> only : response.properties()) {
                if (only.getValue().isString()
                        && List.of("output", "result", "error").contains(only.getKey())) {
                    return only.getValue().stringValue();
                }
            }
        }
        return response.isMissingNode() ? "" : Json.text(response);
    }

    private @Nullable Part media(ObjectNode part) {
        ObjectNode inline = GeminiJson.camel(part.path("inlineData"));
        ObjectNode file = GeminiJson.camel(part.path("fileData"));
        String type = Json.string(inline, "mimeType", Json.string(file, "mimeType", ""));
        boolean image = type.startsWith("image/");
        if (!image && !type.equals("application/pdf")) {
            notes.without("contents", "it has content of type \"" + type + "\"");
            return null;
        }
        Part.Media.Kind kind = image ? Part.Media.Kind.IMAGE : Part.Media.Kind.DOCUMENT;
        String name = Json.string(inline, "displayName", Json.string(file, "displayName", ""));
        return new Part.Media(
                kind, type, Json.string(inline, "data"), Json.string(file, "fileUri"), name.isEmpty() ? null : name);
    }
}
