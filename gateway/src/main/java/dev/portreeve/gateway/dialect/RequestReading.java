package dev.portreeve.gateway.dialect;

import dev.portreeve.policy.call.RequestFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What rules may ask about a request, read out of its body when the first of them asks, and then known. For one call's thread.
 */
public final class RequestReading implements Supplier<RequestFacts> {
    /** A member that stands twice could be read one way here and another way by the provider. */
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private static final Set<String> PICTURES = Set.of("image_url", "input_image", "image");

    private final ModelRequest request;
    private @Nullable RequestFacts facts;

    public RequestReading(ModelRequest request) {
        this.request = request;
    }

    /** @throws IllegalStateException if the body says something twice; nobody could tell which is meant */
    @Override
    public RequestFacts get() {
        RequestFacts known = facts;
        if (known == null) {
            known = read();
            facts = known;
        }
        return known;
    }

    private RequestFacts read() {
        JsonNode body;
        try {
            body = JSON.readTree(request.body());
        } catch (JacksonException unread) {
            // Not as a cause: its message quotes the body.
            throw new IllegalStateException("the request cannot be read");
        }
        JsonNode messages = messages(body);
        List<String> tools = new ArrayList<>();
        names(body.path("tools"), tools);
        names(body.path("functions"), tools);
        if (body.has("web_search_options")) {
            tools.add("web_search");
        }
        return new RequestFacts(
                request.model(),
                request.cap().isGiven() ? request.cap().tokens() : null,
                tools,
                pictures(messages) + pictures(body.path("system")),
                messages.isString() ? 1 : messages.size(),
                request.stream());
    }

    private JsonNode messages(JsonNode body) {
        return switch (request.dialect()) {
            case OPENAI_RESPONSES -> body.path("input");
            case GEMINI -> body.path("contents");
            case OPENAI_CHAT, ANTHROPIC_MESSAGES, BEDROCK_CONVERSE, COHERE_CHAT -> body.path("messages");
        };
    }

    /** Of each dialect's way to name them; a tool without a name goes by its kind. */
    private static void names(JsonNode tools, List<String> names) {
        for (JsonNode tool : tools) {
            JsonNode declared =
                    tool.path(tool.has("functionDeclarations") ? "functionDeclarations" : "function_declarations");
            String type = tool.path("type").asString("");
            if (!declared.isMissingNode()) {
                names(declared, names);
            } else if (type.equals("namespace")) {
                names(tool.path("tools"), names);
            } else if (tool.path("name").isString()) {
                names.add(tool.path("name").asString());
            } else if (tool.path(type).path("name").isString()) {
                names.add(tool.path(type).path("name").asString());
            } else if (type.isEmpty()) {
                // Gemini's own tools stand under their names.
                names.addAll(tool.propertyNames());
            } else {
                names.add(type);
            }
        }
    }

    /** In messages, their parts, and what tools answered; never in what a tool is called with. */
    private static int pictures(JsonNode messages) {
        int count = 0;
        for (JsonNode message : messages) {
            count += PICTURES.contains(message.path("type").asString("")) ? 1 : 0;
            count += isPicture(message.path("inlineData")) || isPicture(message.path("inline_data")) ? 1 : 0;
            count += isPicture(message.path("fileData")) || isPicture(message.path("file_data")) ? 1 : 0;
            for (String inner : List.of("content", "parts", "output")) {
                count += message.path(inner).isArray() ? pictures(message.path(inner)) : 0;
            }
        }
        return count;
    }

    private static boolean isPicture(JsonNode data) {
        String type = data.path(data.has("mimeType") ? "mimeType" : "mime_type").asString("");
        return type.toLowerCase(Locale.ROOT).startsWith("image/");
    }
}
