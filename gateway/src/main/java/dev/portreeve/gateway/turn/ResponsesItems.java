package dev.portreeve.gateway.turn;

import dev.portreeve.gateway.turn.Turn.Message;
import dev.portreeve.gateway.turn.Turn.Role;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The items of a Responses request as messages: what an assistant said, thought and called in one go is one message. */
final class ResponsesItems {
    private static final String FIELD = "input";

    private final Notes notes;
    private final ToolNames names;
    private final List<Part> system = new ArrayList<>();
    private final List<Message> messages = new ArrayList<>();
    private boolean results;

    ResponsesItems(Notes notes, ToolNames names) {
        this.notes = notes;
        this.names = names;
    }

    List<Part> system() {
        return system;
    }

    List<Message> messages() {
        return messages;
    }

    void instructions(JsonNode instructions) {
        if (instructions.isString() && !instructions.stringValue().isEmpty()) {
            system.add(new Part.Text(instructions.stringValue()));
        }
    }

    void read(JsonNode input) {
        if (input.isString()) {
            messages.add(new Message(Role.USER, List.of(new Part.Text(input.stringValue()))));
        }
        for (JsonNode item : input) {
            item(item);
        }
    }

    private void item(JsonNode item) {
        String type = Json.string(item, "type", "message");
        switch (type) {
            case "message" -> message(item);
            case "function_call" ->
                assistant(List.of(new Part.ToolUse(
                        Json.string(item, "call_id", ""),
                        names.plain(Json.string(item, "namespace"), Json.string(item, "name", ""), false),
                        OpenAiAnswers.input(Json.string(item, "arguments", "")))));
            case "custom_tool_call" ->
                assistant(List.of(new Part.ToolUse(
                        Json.string(item, "call_id", ""),
                        names.plain(Json.string(item, "namespace"), Json.string(item, "name", ""), true),
                        Json.object().put(ToolNames.INPUT, Json.string(item, "input", "")))));
            case "function_call_output", "custom_tool_call_output" -> result(item);
            case "reasoning" -> reasoning(item);
            // What a provider's own tools did belongs to that provider.
            case "web_search_call",
                    "file_search_call",
                    "code_interpreter_call",
                    "image_generation_call",
                    "mcp_list_tools",
                    "mcp_call" -> notes.dropped(FIELD + "." + type);
            default -> notes.without(FIELD, "it has an item of type \"" + type + "\"");
        }
    }

    private void message(JsonNode item) {
        List<Part> parts = parts(item.path("content"));
        switch (Json.string(item, "role", "")) {
            case "system", "developer" -> {
                if (messages.isEmpty()) {
                    system.addAll(parts);
                } else {
                    notes.changed("input.system", "became part of a user message");
                    user(parts);
                }
            }
            case "user" -> user(parts);
            case "assistant" -> assistant(parts);
            default -> throw notes.refused(FIELD, "a message has an unknown role");
        }
    }

    private void user(List<Part> parts) {
        results = false;
        messages.add(new Message(Role.USER, parts));
    }

    private void assistant(List<Part> parts) {
        results = false;
        if (!messages.isEmpty() && messages.getLast().role() == Role.ASSISTANT) {
            List<Part> joined = new ArrayList<>(messages.removeLast().parts());
            joined.addAll(parts);
            messages.add(new Message(Role.ASSISTANT, joined));
        } else {
            messages.add(new Message(Role.ASSISTANT, parts));
        }
    }

    /** Results of one round are one message. */
    private void result(JsonNode item) {
        Part result = new Part.ToolResult(Json.string(item, "call_id", ""), parts(item.path("output")), false);
        List<Part> joined = new ArrayList<>();
        if (results) {
            joined.addAll(messages.removeLast().parts());
        }
        joined.add(result);
        messages.add(new Message(Role.USER, joined));
        results = true;
    }

    private void reasoning(JsonNode item) {
        StringBuilder text = new StringBuilder();
        item.path("summary").forEach(part -> text.append(Json.string(part, "text", "")));
        Part thought = Signatures.part(text.toString(), Json.string(item, "encrypted_content"));
        if (thought == null) {
            notes.changed("input.reasoning", "dropped, another provider does not believe it");
        } else {
            assistant(List.of(thought));
        }
    }

    private List<Part> parts(JsonNode content) {
        List<Part> parts = new ArrayList<>();
        if (content.isString()) {
            parts.add(new Part.Text(content.stringValue()));
        }
        for (JsonNode part : content) {
            Part read = part(part);
            if (read != null) {
                parts.add(read);
            }
        }
        return parts;
    }

    private @Nullable Part part(JsonNode part) {
        String type = Json.string(part, "type", "");
        switch (type) {
            case "input_text", "output_text", "text" -> {
                return new Part.Text(Json.string(part, "text", ""));
            }
            case "refusal" -> {
                return new Part.Refusal(Json.string(part, "refusal", ""));
            }
            case "input_image" -> {
                return media(Part.Media.Kind.IMAGE, Json.string(part, "image_url"), null);
            }
            case "input_file" -> {
                String data = Json.string(part, "file_data", Json.string(part, "file_url", ""));
                return media(Part.Media.Kind.DOCUMENT, data.isEmpty() ? null : data, Json.string(part, "filename"));
            }
            default -> {
                notes.without(FIELD, "it has content of type \"" + type + "\"");
                return null;
            }
        }
    }

    private @Nullable Part media(Part.Media.Kind kind, @Nullable String address, @Nullable String name) {
        if (address == null) {
            notes.without(FIELD, "it has a file that only its provider knows");
            return null;
        }
        return OpenAiTurnReader.media(kind, address, name);
    }
}
