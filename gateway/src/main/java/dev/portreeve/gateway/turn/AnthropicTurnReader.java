package dev.portreeve.gateway.turn;

import dev.portreeve.gateway.turn.Turn.Format;
import dev.portreeve.gateway.turn.Turn.Message;
import dev.portreeve.gateway.turn.Turn.Role;
import dev.portreeve.gateway.turn.Turn.ToolChoice;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** From an Anthropic Messages request to a turn. For one request. */
final class AnthropicTurnReader {
    private static final Set<String> KNOWN = Set.of(
            "model",
            "max_tokens",
            "messages",
            "system",
            "tools",
            "tool_choice",
            "stop_sequences",
            "temperature",
            "top_p",
            "top_k",
            "stream",
            "thinking",
            "output_config");
    private static final Set<String> IDLE = Set.of("metadata", "service_tier", "inference_geo", "cache_control");
    /** How Claude Code's first block begins, which only its own provider takes out again. */
    private static final String ATTRIBUTION = "x-anthropic-billing-header:";

    /** OpenAI's words for budgets of thinking, by the size from which they hold. */
    private static final long[] BUDGETS = {16_384, 8_192, 2_048, 1};

    private static final List<String> EFFORTS = List.of("high", "medium", "low", "minimal");

    private final Notes notes;
    private final CachePoints points;

    /** @param points where what the caller wants to be remembered is gathered */
    AnthropicTurnReader(Notes notes, CachePoints points) {
        this.notes = notes;
        this.points = points;
    }

    Turn read(JsonNode body) {
        body.propertyNames().forEach(name -> {
            if (IDLE.contains(name) && Json.given(body, name) != null) {
                notes.idle(name);
            } else if (!KNOWN.contains(name) && Json.given(body, name) != null) {
                notes.dropped(name);
            }
        });
        List<Message> messages = new ArrayList<>();
        List<Part> system = new ArrayList<>(parts(body.path("system"), "system"));
        if (system.removeIf(
                part -> part instanceof Part.Text text && text.text().startsWith(ATTRIBUTION))) {
            notes.changed("system", "the block that tells Anthropic which program asks was dropped");
        }
        for (JsonNode message : body.path("messages")) {
            message(message, messages, system);
        }
        return new Turn(
                system,
                messages,
                tools(body.path("tools")),
                choice(body.path("tool_choice")),
                body.path("tool_choice").path("disable_parallel_tool_use").asBoolean(false),
                new Turn.Sampling(
                        decimal(body, "temperature"), decimal(body, "top_p"), whole(body, "top_k"), stop(body)),
                format(body.path("output_config").path("format")),
                effort(body),
                null,
                body.path("stream").asBoolean(false));
    }

    static @Nullable BigDecimal decimal(JsonNode body, String name) {
        JsonNode value = body.path(name);
        return value.isNumber() ? value.decimalValue() : null;
    }

    private static @Nullable Long whole(JsonNode body, String name) {
        JsonNode value = body.path(name);
        return value.isIntegralNumber() && value.canConvertToLong() ? value.longValue() : null;
    }

    private static List<String> stop(JsonNode body) {
        List<String> stop = new ArrayList<>();
        for (JsonNode each : body.path("stop_sequences")) {
            if (each.isString()) {
                stop.add(each.stringValue());
            }
        }
        return stop;
    }

    private void message(JsonNode message, List<Message> messages, List<Part> system) {
        List<Part> parts = parts(message.path("content"), "messages");
        switch (Json.string(message, "role", "")) {
            case "user" -> messages.add(new Message(Role.USER, parts));
            case "assistant" -> messages.add(new Message(Role.ASSISTANT, parts));
            case "system" -> {
                if (messages.isEmpty()) {
                    system.addAll(parts);
                } else {
                    notes.changed("messages.system", "became part of a user message");
                    messages.add(new Message(Role.USER, parts));
                }
            }
            default -> throw notes.refused("messages", "a message has an unknown role");
        }
    }

    private List<Part> parts(JsonNode content, String field) {
        List<Part> parts = new ArrayList<>();
        if (content.isString()) {
            if (!content.stringValue().isEmpty()) {
                parts.add(new Part.Text(content.stringValue()));
            }
            return parts;
        }
        for (JsonNode block : content) {
            if (block.isString()) {
                parts.add(new Part.Text(block.stringValue()));
            } else {
                Part part = part(block, field);
                if (part != null) {
                    parts.add(part);
                    point(block, part);
                }
            }
        }
        return parts;
    }

    private @Nullable Part part(JsonNode block, String field) {
        String type = Json.string(block, "type", "");
        return switch (type) {
            case "text" -> new Part.Text(Json.string(block, "text", ""));
            case "image" -> media(Part.Media.Kind.IMAGE, block, field);
            case "document" -> media(Part.Media.Kind.DOCUMENT, block, field);
            case "thinking" -> new Part.Thinking(Json.string(block, "thinking", ""), Json.string(block, "signature"));
            case "redacted_thinking" -> new Part.RedactedThinking(Json.string(block, "data", ""));
            case "tool_use" ->
                new Part.ToolUse(
                        Json.string(block, "id", ""),
                        Json.string(block, "name", ""),
                        block.path("input") instanceof ObjectNode input ? input : Json.object());
            case "tool_result" -> result(block, field);
            // What a provider's own tools said belongs to that provider.
            case "server_tool_use", "web_search_tool_result", "web_fetch_tool_result", "code_execution_tool_result" -> {
                notes.dropped("messages." + type);
                yield null;
            }
            default -> {
                notes.without(field, "it has content of type \"" + type + "\"");
                yield null;
            }
        };
    }

    private Part result(JsonNode block, String field) {
        List<Part> content = parts(block.path("content"), field);
        Part result = new Part.ToolResult(
                Json.string(block, "tool_use_id", ""),
                content,
                block.path("is_error").asBoolean(false));
        points.hoist(content, result);
        return result;
    }

    private void point(JsonNode block, Object piece) {
        JsonNode control = block.path("cache_control");
        if (!control.isObject()) {
            return;
        }
        if (points.isWanted()) {
            points.after(piece, Json.string(control, "ttl", "").equals("1h"));
        } else {
            notes.changed("cache_control", "dropped, the provider decides what it caches");
        }
    }

    private @Nullable Part media(Part.Media.Kind kind, JsonNode block, String field) {
        JsonNode source = block.path("source");
        return switch (Json.string(source, "type", "")) {
            case "base64" ->
                new Part.Media(
                        kind,
                        Json.string(source, "media_type", "application/octet-stream"),
                        Json.string(source, "data", ""),
                        null,
                        Json.string(block, "title"));
            case "url" -> new Part.Media(kind, null, null, Json.string(source, "url", ""), Json.string(block, "title"));
            case "text" -> new Part.Text(Json.string(source, "data", ""));
            default -> {
                notes.without(field, "it has a file that only its provider knows");
                yield null;
            }
        };
    }

    private List<Turn.Tool> tools(JsonNode given) {
        List<Turn.Tool> tools = new ArrayList<>();
        for (JsonNode tool : given) {
            String type = Json.string(tool, "type", "custom");
            if (!type.equals("custom")) {
                notes.lost("tools." + type, "dropped, another provider cannot run it");
                continue;
            }
            JsonNode strict = tool.path("strict");
            Turn.Tool read = new Turn.Tool(
                    Json.string(tool, "name", ""),
                    Json.string(tool, "description"),
                    tool.path("input_schema") instanceof ObjectNode schema ? schema : Json.object(),
                    strict.isBoolean() ? strict.booleanValue() : null);
            tools.add(read);
            point(tool, read);
        }
        return tools;
    }

    private @Nullable ToolChoice choice(JsonNode choice) {
        return switch (Json.string(choice, "type", "")) {
            case "auto" -> new ToolChoice.Auto();
            case "none" -> new ToolChoice.None();
            case "any" -> new ToolChoice.Required();
            case "tool" -> new ToolChoice.Named(Json.string(choice, "name", ""));
            default -> null;
        };
    }

    private static Format format(JsonNode format) {
        return Json.string(format, "type", "").equals("json_schema")
                        && format.path("schema") instanceof ObjectNode schema
                ? new Format.Schema("answer", schema)
                : new Format.Free();
    }

    /** What is asked for in words goes before what is asked for in tokens. */
    private @Nullable String effort(JsonNode body) {
        String said = Json.string(body.path("output_config"), "effort");
        if (said != null) {
            return said;
        }
        JsonNode thinking = body.path("thinking");
        switch (Json.string(thinking, "type", "")) {
            case "enabled" -> {
                long budget = Json.count(thinking, "budget_tokens");
                for (int i = 0; i < BUDGETS.length; i++) {
                    if (budget >= BUDGETS[i]) {
                        notes.changed("thinking", "became an effort of " + EFFORTS.get(i));
                        return EFFORTS.get(i);
                    }
                }
            }
            case "adaptive" -> notes.changed("thinking", "dropped, the model decides how much it thinks");
            default -> {}
        }
        return null;
    }
}
