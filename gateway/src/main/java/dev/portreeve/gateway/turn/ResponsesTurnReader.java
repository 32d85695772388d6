package dev.portreeve.gateway.turn;

import dev.portreeve.gateway.turn.Turn.Format;
import dev.portreeve.gateway.turn.Turn.ToolChoice;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** From a request of OpenAI's Responses dialect to a turn. For one request. */
final class ResponsesTurnReader {
    private static final Set<String> KNOWN = Set.of(
            "model",
            "input",
            "instructions",
            "tools",
            "tool_choice",
            "parallel_tool_calls",
            "max_output_tokens",
            "temperature",
            "top_p",
            "stream",
            "text",
            "reasoning",
            "previous_response_id",
            "background",
            "user",
            "safety_identifier");
    /** What no answer depends on; Codex sends most of them each time. */
    private static final Set<String> IDLE = Set.of(
            "client_metadata",
            "include",
            "metadata",
            "prompt_cache_key",
            "prompt_cache_options",
            "prompt_cache_retention",
            "service_tier",
            "stream_options");

    private final Notes notes;
    private final ToolNames names;

    ResponsesTurnReader(Notes notes, ToolNames names) {
        this.notes = notes;
        this.names = names;
    }

    Turn read(JsonNode body) {
        requireNothingKept(body);
        body.propertyNames().forEach(name -> {
            if (IDLE.contains(name) && Json.given(body, name) != null) {
                notes.idle(name);
            } else if (!KNOWN.contains(name) && !name.equals("store") && Json.given(body, name) != null) {
                lost(name, body.path(name));
            }
        });
        List<Turn.Tool> tools = new ResponsesTools(notes, names).read(body, allowed(body.path("tool_choice")));
        ResponsesItems items = new ResponsesItems(notes, names);
        items.instructions(body.path("instructions"));
        items.read(body.path("input"));
        String user = Json.string(body, "safety_identifier", Json.string(body, "user", ""));
        JsonNode parallel = body.path("parallel_tool_calls");
        return new Turn(
                items.system(),
                items.messages(),
                tools,
                choice(body.path("tool_choice")),
                parallel.isBoolean() && !parallel.booleanValue(),
                new Turn.Sampling(
                        AnthropicTurnReader.decimal(body, "temperature"),
                        AnthropicTurnReader.decimal(body, "top_p"),
                        null,
                        List.of()),
                format(body.path("text")),
                Json.string(body.path("reasoning"), "effort"),
                user.isEmpty() ? null : OpenAiTurnReader.hashed(user),
                body.path("stream").asBoolean(false));
    }

    private void lost(String name, JsonNode value) {
        boolean nothing = name.equals("truncation") && value.asString("").equals("disabled");
        if (!nothing) {
            notes.dropped(name);
        }
    }

    /** Another dialect's provider keeps nothing; what the gateway keeps is in the request already. */
    private void requireNothingKept(JsonNode body) {
        if (Json.given(body, "previous_response_id") != null) {
            throw notes.refused(
                    "previous_response_id",
                    "it keeps no responses, so send the whole conversation as input, with \"store\": false");
        }
        if (body.path("background").asBoolean(false)) {
            throw notes.refused("background", "it keeps no responses, so wait for the answer or stream it");
        }
        if (body.path("store").asBoolean(false)) {
            notes.lost("store", "dropped, this model's provider keeps no responses");
        }
    }

    private static Set<String> allowed(JsonNode choice) {
        Set<String> allowed = new HashSet<>();
        if (Json.string(choice, "type", "").equals("allowed_tools")) {
            choice.path("tools").forEach(tool -> allowed.add(Json.string(tool, "name", "")));
        }
        return allowed;
    }

    private @Nullable ToolChoice choice(JsonNode choice) {
        String mode = choice.isString() ? choice.stringValue() : Json.string(choice, "type", "");
        if (mode.equals("allowed_tools")) {
            mode = Json.string(choice, "mode", "auto");
        }
        return switch (mode) {
            case "" -> null;
            case "auto" -> new ToolChoice.Auto();
            case "none" -> new ToolChoice.None();
            case "required" -> new ToolChoice.Required();
            case "function", "custom" ->
                new ToolChoice.Named(names.plain(
                        Json.string(choice, "namespace"), Json.string(choice, "name", ""), mode.equals("custom")));
            default -> {
                notes.without("tool_choice", "it is of an unknown kind");
                yield null;
            }
        };
    }

    private Format format(JsonNode text) {
        if (Json.given(text, "verbosity") != null) {
            notes.dropped("text.verbosity");
        }
        JsonNode format = text.path("format");
        switch (Json.string(format, "type", "text")) {
            case "text" -> {
                return new Format.Free();
            }
            case "json_object" -> {
                return new Format.JsonObject();
            }
            case "json_schema" -> {
                if (format.path("schema") instanceof ObjectNode schema) {
                    return new Format.Schema(Json.string(format, "name", "answer"), schema);
                }
                notes.without("text.format", "it has no schema");
            }
            default -> notes.without("text.format", "it is of an unknown kind");
        }
        return new Format.Free();
    }
}
