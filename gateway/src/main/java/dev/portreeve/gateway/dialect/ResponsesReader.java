package dev.portreeve.gateway.dialect;

import dev.portreeve.gateway.dialect.ModelRequest.OutputCap;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;

/**
 * Reads a request of OpenAI's Responses dialect in one streaming pass. Members it does not know are passed over and forwarded,
 * except those that name something the provider keeps for its whole account. For one request.
 */
final class ResponsesReader {
    private static final long FIXED_INPUT_TOKENS = 1024;

    private final Operation operation;
    private final byte[] body;
    private final List<TextAt> texts = new ArrayList<>();
    private final MessageTexts messages;
    private final HostedToolReader hosted;
    private final RequestFields fields = new RequestFields();
    private boolean contentSeen;
    private boolean stream;
    private boolean store = true;
    private boolean background;
    private @Nullable String previous;
    private @Nullable Span nullMaxTokens;

    private ResponsesReader(Operation operation, byte[] body, boolean withTexts) {
        this.operation = operation;
        this.body = body;
        this.messages = new MessageTexts(Dialect.OPENAI_RESPONSES, texts, withTexts);
        this.hosted = new HostedToolReader(Dialect.OPENAI_RESPONSES);
    }

    static ModelRequest read(Operation operation, byte[] body, boolean withTexts) {
        RequestFields.requireUtf8(body);
        ResponsesReader reader = new ResponsesReader(operation, body, withTexts);
        try (JsonWalk walk = new JsonWalk(body)) {
            return reader.root(walk);
        } catch (JacksonException malformed) {
            throw Malformed.request(malformed);
        }
    }

    private ModelRequest root(JsonWalk walk) {
        int memberAt = RequestFields.enter(walk);
        while (walk.member()) {
            member(walk);
        }
        RequestFields.requireEnd(walk);
        String model = fields.model();
        if (!contentSeen && previous == null) {
            throw BadRequest.invalid("missing_required_parameter", "input", "\"input\" is missing");
        }
        return new ModelRequest(
                Dialect.OPENAI_RESPONSES,
                operation,
                body,
                model,
                fields.modelAt(),
                memberAt,
                stream && operation == Operation.CHAT,
                null,
                new OutputCap(fields.cap(), nullMaxTokens, null, null, fields.caps(), 0),
                1,
                RequestFields.inputBound(body, messages, FIXED_INPUT_TOKENS),
                false,
                texts,
                hosted.found(),
                new ResponseState(previous, store && operation == Operation.CHAT, background),
                fields.service());
    }

    private void member(JsonWalk walk) {
        switch (walk.name()) {
            case "model" -> fields.readModel(walk);
            case "input" -> {
                if (!walk.is(JsonToken.VALUE_NULL)) {
                    contentSeen = true;
                    messages.readInput(walk);
                }
            }
            case "instructions" -> messages.text(walk, "instructions");
            case "stream" -> stream = RequestFields.bool(walk, "stream");
            case "max_output_tokens" -> nullMaxTokens = fields.readCap(walk, "max_output_tokens");
            case "store" -> store = walk.is(JsonToken.VALUE_NULL) || RequestFields.bool(walk, "store");
            case "background" -> background = RequestFields.bool(walk, "background");
            case "previous_response_id" -> previous = id(walk);
            case "conversation", "prompt" -> refuseKept(walk);
            case "tools", "tool_choice" -> hosted.read(walk);
            case "service_tier" -> fields.readService(walk);
            default -> walk.skipQuickly();
        }
    }

    private static @Nullable String id(JsonWalk walk) {
        return switch (walk.token()) {
            case VALUE_STRING -> walk.string();
            case VALUE_NULL -> null;
            default ->
                throw BadRequest.invalid(
                        "invalid_type", "previous_response_id", "\"previous_response_id\" must be a string");
        };
    }

    /** Both stand for contents that belong to the account, not to a caller, and whose length nobody here knows. */
    private static void refuseKept(JsonWalk walk) {
        String name = walk.name();
        if (!walk.is(JsonToken.VALUE_NULL)) {
            throw BadRequest.invalid(
                    "unsupported_parameter",
                    name,
                    "\"" + name + "\" names contents that the provider keeps for all callers of this gateway: send the"
                            + " contents themselves");
        }
    }
}
