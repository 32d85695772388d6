package dev.portreeve.gateway.turn;

import dev.portreeve.gateway.turn.Turn.Format;
import dev.portreeve.gateway.turn.Turn.Message;
import dev.portreeve.gateway.turn.Turn.ToolChoice;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** From a Gemini request to a turn. Members are known under both names that Google's servers take. For one request. */
final class GeminiTurnReader {
    private static final Set<String> KNOWN = Set.of(
            "contents", "systemInstruction", "tools", "toolConfig", "generationConfig", "cachedContent", "model");
    private static final Set<String> IDLE = Set.of("labels", "serviceTier");
    private static final Set<String> CONFIG = Set.of(
            "temperature",
            "topP",
            "topK",
            "candidateCount",
            "maxOutputTokens",
            "stopSequences",
            "responseMimeType",
            "responseSchema",
            "responseJsonSchema",
            "thinkingConfig",
            "responseModalities");
    /** OpenAI's words for budgets of thinking, by the size from which they hold. */
    private static final long[] BUDGETS = {16_384, 8_192, 2_048, 1};

    private static final List<String> EFFORTS = List.of("high", "medium", "low", "minimal");

    private final Notes notes;
    private final ToolNames names;
    private final boolean stream;

    /** @param stream which only the request's path says */
    GeminiTurnReader(Notes notes, ToolNames names, boolean stream) {
        this.notes = notes;
        this.names = names;
        this.stream = stream;
    }

    Turn read(JsonNode given) {
        ObjectNode body = GeminiJson.camel(given);
        body.propertyNames().forEach(name -> {
            if (Json.given(body, name) != null) {
                if (IDLE.contains(name)) {
                    notes.idle(name);
                } else if (!KNOWN.contains(name)) {
                    notes.dropped(name);
                }
            }
        });
        JsonNode config = GeminiJson.camel(body.path("generationConfig"));
        config(config);
        GeminiParts parts = new GeminiParts(notes, names);
        List<Part> system = parts.system(body.path("systemInstruction"));
        List<Message> messages = new ArrayList<>();
        for (JsonNode content : body.path("contents")) {
            messages.add(parts.message(content));
        }
        JsonNode calling =
                GeminiJson.camel(GeminiJson.camel(body.path("toolConfig")).path("functionCallingConfig"));
        Set<String> allowed = allowed(calling);
        return new Turn(
                system,
                messages,
                tools(body.path("tools"), allowed),
                choice(calling, allowed),
                false,
                new Turn.Sampling(
                        AnthropicTurnReader.decimal(config, "temperature"),
                        AnthropicTurnReader.decimal(config, "topP"),
                        topK(config),
                        stop(config)),
                format(config),
                effort(GeminiJson.camel(config.path("thinkingConfig"))),
                null,
                stream);
    }

    private void config(JsonNode config) {
        config.propertyNames().forEach(name -> {
            if (!CONFIG.contains(name) && Json.given(config, name) != null) {
                notes.dropped("generationConfig." + name);
            }
        });
        if (config.path("candidateCount").asInt(1) > 1) {
            notes.without("generationConfig.candidateCount", "only one answer can be had");
        }
        for (JsonNode modality : config.path("responseModalities")) {
            if (!modality.asString("").equalsIgnoreCase("TEXT")) {
                notes.without("generationConfig.responseModalities", "only text can be had");
            }
        }
    }

    private static @Nullable Long topK(JsonNode config) {
        JsonNode value = config.path("topK");
        return value.isNumber() ? Long.valueOf(value.asLong()) : null;
    }

    private static List<String> stop(JsonNode config) {
        List<String> stop = new ArrayList<>();
        for (JsonNode each : config.path("stopSequences")) {
            if (each.isString()) {
                stop.add(each.stringValue());
            }
        }
        return stop;
    }

    private List<Turn.Tool> tools(JsonNode given, Set<String> allowed) {
        List<Turn.Tool> tools = new ArrayList<>();
        for (JsonNode each : given) {
            ObjectNode tool = GeminiJson.camel(each);
            tool.propertyNames().forEach(name -> {
                if (!name.equals("functionDeclarations") && Json.given(tool, name) != null) {
                    notes.lost("tools." + name, "dropped, another provider cannot run it");
                }
            });
            for (JsonNode declared : tool.path("functionDeclarations")) {
                ObjectNode function = GeminiJson.camel(declared);
                String name = Json.string(function, "name", "");
                if (allowed.isEmpty() || allowed.contains(name)) {
                    tools.add(new Turn.Tool(
                            names.plain(null, name, false),
                            Json.string(function, "description"),
                            schema(function),
                            null));
                }
            }
        }
        return tools;
    }

    private static ObjectNode schema(ObjectNode function) {
        if (function.path("parametersJsonSchema") instanceof ObjectNode schema) {
            return schema;
        }
        return function.path("parameters") instanceof ObjectNode reduced
                ? GeminiJson.jsonSchema(reduced)
                : Json.object();
    }

    private static Set<String> allowed(JsonNode calling) {
        Set<String> allowed = new LinkedHashSet<>();
        for (JsonNode name : calling.path("allowedFunctionNames")) {
            allowed.add(name.asString(""));
        }
        return allowed;
    }

    private @Nullable ToolChoice choice(JsonNode calling, Set<String> allowed) {
        return switch (Json.string(calling, "mode", "")) {
            case "AUTO", "VALIDATED" -> new ToolChoice.Auto();
            case "NONE" -> new ToolChoice.None();
            case "ANY" ->
                allowed.size() == 1
                        ? new ToolChoice.Named(
                                names.plain(null, allowed.iterator().next(), false))
                        : new ToolChoice.Required();
            default -> null;
        };
    }

    private Format format(JsonNode config) {
        if (config.path("responseJsonSchema") instanceof ObjectNode schema) {
            return new Format.Schema("answer", schema);
        }
        if (config.path("responseSchema") instanceof ObjectNode reduced) {
            return new Format.Schema("answer", GeminiJson.jsonSchema(reduced));
        }
        return switch (Json.string(config, "responseMimeType", "text/plain")) {
            case "application/json" -> new Format.JsonObject();
            case "text/plain" -> new Format.Free();
            default -> {
                notes.without("generationConfig.responseMimeType", "it is of an unknown kind");
                yield new Format.Free();
            }
        };
    }

    private @Nullable String effort(JsonNode thinking) {
        String level = Json.string(thinking, "thinkingLevel");
        if (level != null && !level.endsWith("_UNSPECIFIED")) {
            return level.toLowerCase(java.util.Locale.ROOT);
        }
        JsonNode budget = thinking.path("thinkingBudget");
        if (!budget.isIntegralNumber()) {
            return null;
        }
        long tokens = budget.asLong();
        if (tokens == 0) {
            return "none";
        }
        for (int i = 0; i < BUDGETS.length; i++) {
            if (tokens >= BUDGETS[i]) {
                notes.changed("thinkingConfig", "became an effort of " + EFFORTS.get(i));
                return EFFORTS.get(i);
            }
        }
        notes.changed("thinkingConfig", "dropped, the model decides how much it thinks");
        return null;
    }
}
