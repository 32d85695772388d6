package dev.portreeve.gateway.dialect;

import dev.portreeve.gateway.dialect.ModelRequest.OutputCap;
import dev.portreeve.gateway.dialect.ModelRequest.UsageOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;

/**
 * Reads a request of the OpenAI dialect in one streaming pass. Members it does not know are passed over and forwarded. For
 * one request.
 */
final class OpenAiReader {
    private static final long MAX_CHOICES = 128;
    private static final long FIXED_INPUT_TOKENS = 512;

    private final Operation operation;
    private final byte[] body;
    private final boolean withTexts;
    private final List<TextAt> texts = new ArrayList<>();
    private final MessageTexts messages;

    private final RequestFields fields = new RequestFields();
    private final HostedToolReader hosted;
    private int memberAt;
    private boolean contentSeen;
    private boolean inputSeen;
    private boolean unreadable;
    private boolean stream;
    private @Nullable UsageOption usage;
    private @Nullable Span nullMaxTokens;
    private @Nullable Span nullMaxCompletionTokens;
    private int choices = 1;

    private OpenAiReader(Operation operation, byte[] body, boolean withTexts) {
        this.operation = operation;
        this.body = body;
        this.withTexts = withTexts;
        this.messages = new MessageTexts(Dialect.OPENAI_CHAT, texts, withTexts);
        this.hosted = new HostedToolReader(Dialect.OPENAI_CHAT, body);
    }

    static ModelRequest read(Operation operation, byte[] body, boolean withTexts) {
        RequestFields.requireUtf8(body);
        OpenAiReader reader = new OpenAiReader(operation, body, withTexts);
        try (JsonWalk walk = new JsonWalk(body)) {
            reader.root(walk);
            if (reader.isResponses()) {
                return ResponsesReader.read(operation, body, withTexts);
            }
        } catch (JacksonException malformed) {
            throw Malformed.request(malformed);
        }
        return reader.result();
    }

    /** Some editors send such bodies here, as one must who cannot set the path. */
    private boolean isResponses() {
        return operation == Operation.CHAT && !contentSeen && inputSeen;
    }

    private void root(JsonWalk walk) {
        memberAt = RequestFields.enter(walk);
        while (walk.member()) {
            rootMember(walk);
        }
        RequestFields.requireEnd(walk);
    }

    private void rootMember(JsonWalk walk) {
        switch (walk.name()) {
            case "model" -> fields.readModel(walk);
            case "messages" -> {
                if (operation == Operation.CHAT) {
                    contentSeen = true;
                    messages.read(walk);
                } else {
                    walk.skipQuickly();
                }
            }
            case "input" -> {
                if (operation == Operation.EMBEDDINGS) {
                    contentSeen = true;
                    input(walk);
                } else {
                    inputSeen = true;
                    walk.skipQuickly();
                }
            }
            case "prediction" -> messages.text(walk, "prediction");
            case "stream" -> stream = operation == Operation.CHAT && RequestFields.bool(walk, "stream");
            case "stream_options" -> usage = streamOptions(walk);
            case "max_tokens" -> nullMaxTokens = fields.readCap(walk, "max_tokens");
            case "max_completion_tokens" -> nullMaxCompletionTokens = fields.readCap(walk, "max_completion_tokens");
            case "n" -> choices = choices(walk);
            case "tools", "tool_choice", "web_search_options" -> hosted.read(walk);
            default -> walk.skipQuickly();
        }
    }

    /** A string, several strings, tokens, or several lists of tokens. */
    private void input(JsonWalk walk) {
        if (walk.is(JsonToken.VALUE_STRING)) {
            addText(walk, "input");
            return;
        }
        if (!walk.is(JsonToken.START_ARRAY)) {
            throw BadRequest.invalid("invalid_type", "input", "\"input\" must be a string or an array");
        }
        int i = 0;
        for (; walk.element(); i++) {
            switch (walk.token()) {
                case VALUE_STRING -> addText(walk, withTexts ? "input " + i : "");
                case VALUE_NUMBER_INT, START_ARRAY -> {
                    unreadable = true;
                    walk.skipQuickly();
                }
                default ->
                    throw BadRequest.invalid(
                            "invalid_type", "input[" + i + "]", "\"input\" must hold strings or tokens");
            }
        }
        if (i == 0) {
            throw BadRequest.invalid("invalid_value", "input", "\"input\" is empty");
        }
    }

    private void addText(JsonWalk walk, String channel) {
        if (withTexts) {
            String text = walk.string();
            texts.add(new TextAt(channel, walk.skip(), text));
        }
    }

    private static UsageOption streamOptions(JsonWalk walk) {
        if (walk.is(JsonToken.VALUE_NULL)) {
            return new UsageOption(false, walk.skip(), "{\"include_usage\":true}");
        }
        if (!walk.is(JsonToken.START_OBJECT)) {
            throw BadRequest.invalid("invalid_type", "stream_options", "\"stream_options\" must be an object");
        }
        int inside = walk.position();
        UsageOption found = null;
        boolean empty = true;
        while (walk.member()) {
            empty = false;
            if (walk.name().equals("include_usage")) {
                boolean asked = RequestFields.bool(walk, "stream_options.include_usage");
                found = new UsageOption(asked, walk.skip(), "true");
            } else {
                walk.skipQuickly();
            }
        }
        String source = empty ? "\"include_usage\":true" : "\"include_usage\":true,";
        return found == null ? new UsageOption(false, new Span(inside, inside), source) : found;
    }

    private static int choices(JsonWalk walk) {
        return walk.is(JsonToken.VALUE_NULL) ? 1 : (int) RequestFields.positive(walk, "n", MAX_CHOICES);
    }

    private ModelRequest result() {
        String model = fields.model();
        String content = operation == Operation.CHAT ? "messages" : "input";
        if (!contentSeen) {
            throw BadRequest.invalid("missing_required_parameter", content, "\"" + content + "\" is missing");
        }
        UsageOption usageOption = usage == null
                ? new UsageOption(false, new Span(memberAt, memberAt), "\"stream_options\":{\"include_usage\":true},")
                : usage;
        return new ModelRequest(
                Dialect.OPENAI_CHAT,
                operation,
                body,
                model,
                fields.modelAt(),
                memberAt,
                stream,
                usageOption,
                new OutputCap(fields.cap(), nullMaxTokens, nullMaxCompletionTokens),
                choices,
                RequestFields.inputBound(body, messages, FIXED_INPUT_TOKENS),
                unreadable,
                texts,
                hosted.found(),
                null);
    }
}
