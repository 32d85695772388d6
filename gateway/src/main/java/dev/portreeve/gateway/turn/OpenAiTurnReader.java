package dev.portreeve.gateway.turn;

import dev.portreeve.gateway.turn.Turn.Format;
import dev.portreeve.gateway.turn.Turn.Message;
import dev.portreeve.gateway.turn.Turn.Role;
import dev.portreeve.gateway.turn.Turn.ToolChoice;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** From an OpenAI chat completions request to a turn. For one request. */
final class OpenAiTurnReader {
    private static final Set<String> KNOWN = Set.of(
            "model",
            "messages",
            "tools",
            "tool_choice",
            "parallel_tool_calls",
            "temperature",
            "top_p",
            "stop",
            "stream",
            "stream_options",
            "max_tokens",
            "max_completion_tokens",
            "response_format",
            "reasoning_effort",
            "n",
            "user",
            "safety_identifier");
    private static final Set<String> MEANINGFUL = Set.of("functions", "function_call", "audio", "prediction");
    private static final Set<String> IDLE = Set.of(
            "metadata", "store", "service_tier", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention");
    private static final int USER_ID_BYTES = 16;

    private final Notes notes;
    private final Thoughts remembered;

    /** @param remembered what callers do not send back */
    OpenAiTurnReader(Notes notes, Thoughts remembered) {
        this.notes = notes;
        this.remembered = remembered;
    }

    Turn read(JsonNode body) {
        body.propertyNames().forEach(name -> {
            if (MEANINGFUL.contains(name) && Json.given(body, name) != null) {
                notes.without(name, "it has no counterpart");
            } else if (IDLE.contains(name) && Json.given(body, name) != null) {
                notes.idle(name);
            } else if (!KNOWN.contains(name) && Json.given(body, name) != null) {
                notes.dropped(name);
            }
        });
        if (body.path("n").asInt(1) > 1) {
            notes.without("n", "only one answer can be had");
        }
        List<Part> system = new ArrayList<>();
        List<Message> messages = new ArrayList<>();
        for (JsonNode message : body.path("messages")) {
            message(message, system, messages);
        }
        String user = Json.string(body, "safety_identifier", Json.string(body, "user", ""));
        return new Turn(
                system,
                messages,
                tools(body),
                choice(body.path("tool_choice")),
                body.path("parallel_tool_calls").isBoolean()
                        && !body.path("parallel_tool_calls").booleanValue(),
                new Turn.Sampling(
                        AnthropicTurnReader.decimal(body, "temperature"),
                        AnthropicTurnReader.decimal(body, "top_p"),
                        null,
                        stop(body.path("stop"))),
                format(body.path("response_format")),
                Json.string(body, "reasoning_effort"),
                user.isEmpty() ? null : hashed(user),
                body.path("stream").asBoolean(false));
    }

    /** Who the caller acts for is nobody's business outside; the same name gives the same word. */
    static String hashed(String user) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(user.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, USER_ID_BYTES);
        } catch (NoSuchAlgorithmException everyJvmHasIt) {
            throw new IllegalStateException(everyJvmHasIt);
        }
    }

    private static List<String> stop(JsonNode stop) {
        List<String> all = new ArrayList<>();
        if (stop.isString()) {
            all.add(stop.stringValue());
        }
        for (JsonNode each : stop) {
            if (each.isString()) {
                all.add(each.stringValue());
            }
        }
        return all;
    }

    private void message(JsonNode message, List<Part> system, List<Message> messages) {
        JsonNode content = message.path("content");
        switch (Json.string(message, "role", "")) {
            case "system", "developer" -> {
                if (messages.isEmpty()) {
                    system.addAll(parts(content));
                } else {
                    notes.changed("messages.system", "became part of a user message");
                    messages.add(new Message(Role.USER, parts(content)));
                }
            }
            case "user" -> messages.add(new Message(Role.USER, named(message, parts(content))));
            case "assistant" -> messages.add(new Message(Role.ASSISTANT, assistant(message)));
            case "tool" ->
                messages.add(new Message(
                        Role.USER,
                        List.of(new Part.ToolResult(Json.string(message, "tool_call_id", ""), parts(content), false))));
            default -> throw notes.refused("messages", "a message has an unknown role");
        }
    }

    private List<Part> named(JsonNode message, List<Part> parts) {
        String name = Json.string(message, "name");
        if (name == null || parts.isEmpty() || !(parts.getFirst() instanceof Part.Text text)) {
            return parts;
        }
        notes.changed("messages.name", "stands before the text");
        List<Part> named = new ArrayList<>(parts);
        named.set(0, new Part.Text(name + ": " + text.text()));
        return named;
    }

    private List<Part> parts(JsonNode content) {
        List<Part> parts = new ArrayList<>();
        if (content.isString()) {
            parts.add(new Part.Text(content.stringValue()));
        }
        for (JsonNode part : content) {
            String type = Json.string(part, "type", "");
            switch (type) {
                case "text" -> parts.add(new Part.Text(Json.string(part, "text", "")));
                case "refusal" -> parts.add(new Part.Refusal(Json.string(part, "refusal", "")));
                case "image_url" ->
                    parts.add(media(Part.Media.Kind.IMAGE, Json.string(part.path("image_url"), "url", ""), null));
                case "file" -> file(part.path("file"), parts);
                default -> notes.without("messages", "it has content of type \"" + type + "\"");
            }
        }
        return parts;
    }

    private void file(JsonNode file, List<Part> parts) {
        String data = Json.string(file, "file_data");
        if (data == null) {
            notes.without("messages", "it has a file that only its provider knows");
        } else {
            parts.add(media(Part.Media.Kind.DOCUMENT, data, Json.string(file, "filename")));
        }
    }

    static Part media(Part.Media.Kind kind, String address, @Nullable String name) {
        int comma = address.indexOf(',');
        String head = comma < 0 || !address.startsWith("data:") ? "" : address.substring("data:".length(), comma);
        if (!head.endsWith(";base64")) {
            return new Part.Media(kind, null, null, address, name);
        }
        int semicolon = head.indexOf(';');
        return new Part.Media(
                kind, semicolon < 0 ? head : head.substring(0, semicolon), address.substring(comma + 1), null, name);
    }

    /** Thoughts come back in the member in which we gave them out; without their signature nobody believes them. */
    private List<Part> assistant(JsonNode message) {
        List<Part> parts = new ArrayList<>();
        for (JsonNode block : message.path(OpenAiAnswers.THINKING)) {
            String data = Json.string(block, "data");
            String signature = Json.string(block, "signature");
            if (data != null) {
                parts.add(new Part.RedactedThinking(data));
            } else if (signature != null && !signature.isEmpty()) {
                parts.add(new Part.Thinking(Json.string(block, "thinking", ""), signature));
            }
        }
        boolean forgotten = parts.isEmpty();
        List<Part> calls = new ArrayList<>();
        for (JsonNode call : message.path("tool_calls")) {
            JsonNode function = call.path("function");
            if (!function.isObject()) {
                throw notes.refused("messages", "it has a tool call that is no function's");
            }
            ObjectNode input = Json.objectIn(Json.string(function, "arguments", ""));
            if (input == null) {
                throw notes.refused("messages", "the arguments of a tool call are not a json object");
            }
            String id = Json.string(call, "id", "");
            String name = Json.string(function, "name", "");
            if (forgotten) {
                // Thoughts come before all that was said.
                (calls.isEmpty() ? parts : calls).addAll(remembered.before(id, name));
            }
            calls.add(new Part.ToolUse(id, name, input));
        }
        parts.addAll(parts(message.path("content")));
        parts.addAll(calls);
        return parts;
    }

    private List<Turn.Tool> tools(JsonNode body) {
        Set<String> allowed = allowed(body.path("tool_choice"));
        List<Turn.Tool> tools = new ArrayList<>();
        for (JsonNode tool : body.path("tools")) {
            String type = Json.string(tool, "type", "");
            if (type.equals("custom")) {
                notes.without("tools", "free-form tools have no counterpart");
                continue;
            }
            JsonNode function = tool.path("function");
            if (!type.equals("function") || !function.isObject()) {
                notes.lost("tools." + type, "dropped, another provider cannot run it");
                continue;
            }
            String name = Json.string(function, "name", "");
            JsonNode strict = function.path("strict");
            if (allowed.isEmpty() || allowed.contains(name)) {
                tools.add(new Turn.Tool(
                        name,
                        Json.string(function, "description"),
                        function.path("parameters") instanceof ObjectNode schema ? schema : Json.object(),
                        strict.isBoolean() ? strict.booleanValue() : null));
            }
        }
        return tools;
    }

    private static Set<String> allowed(JsonNode choice) {
        Set<String> names = new java.util.HashSet<>();
        for (JsonNode tool : choice.path("allowed_tools").path("tools")) {
            names.add(Json.string(tool.path("function"), "name", ""));
        }
        return names;
    }

    private @Nullable ToolChoice choice(JsonNode choice) {
        String mode = choice.isString()
                ? choice.stringValue()
                : Json.string(choice.path("allowed_tools"), "mode", Json.string(choice, "type", ""));
        return switch (mode) {
            case "" -> null;
            case "auto" -> new ToolChoice.Auto();
            case "none" -> new ToolChoice.None();
            case "required" -> new ToolChoice.Required();
            case "function" -> new ToolChoice.Named(Json.string(choice.path("function"), "name", ""));
            default -> {
                notes.without("tool_choice", "it is of an unknown kind");
                yield null;
            }
        };
    }

    private Format format(JsonNode format) {
        return switch (Json.string(format, "type", "text")) {
            case "text" -> new Format.Free();
            case "json_object" -> new Format.JsonObject();
            case "json_schema" -> {
                JsonNode inner = format.path("json_schema");
                if (inner.path("schema") instanceof ObjectNode schema) {
                    yield new Format.Schema(Json.string(inner, "name", "answer"), schema);
                }
                notes.without("response_format", "it has no schema");
                yield new Format.Free();
            }
            default -> {
                notes.without("response_format", "it is of an unknown kind");
                yield new Format.Free();
            }
        };
    }
}
