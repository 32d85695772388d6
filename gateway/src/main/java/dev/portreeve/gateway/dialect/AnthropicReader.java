package dev.portreeve.gateway.dialect;

import dev.portreeve.gateway.dialect.ModelRequest.OutputCap;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;

/**
 * Reads a request of the Anthropic Messages dialect in one streaming pass. Members it does not know are passed over and
 * forwarded. For one request.
 */
final class AnthropicReader {
    private static final long FIXED_INPUT_TOKENS = 1024;

    private final Operation operation;
    private final byte[] body;
    private final List<TextAt> texts = new ArrayList<>();
    private final MessageTexts messages;
    private final RequestFields fields = new RequestFields();
    private final HostedToolReader hosted;
    private boolean contentSeen;
    private boolean stream;
    private @Nullable Span nullMaxTokens;
    private long thought;

    private AnthropicReader(Operation operation, byte[] body, boolean withTexts) {
        this.operation = operation;
        this.body = body;
        this.messages = new MessageTexts(Dialect.ANTHROPIC_MESSAGES, texts, withTexts);
        this.hosted = new HostedToolReader(Dialect.ANTHROPIC_MESSAGES);
    }

    static ModelRequest read(Operation operation, byte[] body, boolean withTexts) {
        RequestFields.requireUtf8(body);
        AnthropicReader reader = new AnthropicReader(operation, body, withTexts);
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
        if (!contentSeen) {
            throw BadRequest.invalid("missing_required_parameter", "messages", "\"messages\" is missing");
        }
        return new ModelRequest(
                Dialect.ANTHROPIC_MESSAGES,
                operation,
                body,
                model,
                fields.modelAt(),
                memberAt,
                stream && operation == Operation.CHAT,
                null,
                new OutputCap(fields.cap(), nullMaxTokens, null, null, fields.caps(), thought),
                1,
                RequestFields.inputBound(body, messages, FIXED_INPUT_TOKENS),
                false,
                texts,
                hosted.found(),
                null,
                fields.service());
    }

    private void member(JsonWalk walk) {
        switch (walk.name()) {
            case "model" -> fields.readModel(walk);
            case "messages" -> {
                contentSeen = true;
                messages.read(walk);
            }
            case "system" -> messages.text(walk, "system");
            case "stream" -> stream = RequestFields.bool(walk, "stream");
            case "max_tokens" -> nullMaxTokens = fields.readCap(walk, "max_tokens");
            case "tools", "mcp_servers" -> hosted.read(walk);
            case "thinking" -> thinking(walk);
            case "service_tier", "speed", "inference_geo" -> fields.readService(walk);
            default -> walk.skipQuickly();
        }
    }

    /** What is said of thinking is the provider's to judge; only how long it is goes with the answer's bound. */
    private void thinking(JsonWalk walk) {
        if (!walk.is(JsonToken.START_OBJECT)) {
            walk.skipQuickly();
            return;
        }
        while (walk.member()) {
            if (walk.name().equals("budget_tokens")) {
                thought = walk.count(thought);
            } else {
                walk.skipQuickly();
            }
        }
    }
}
