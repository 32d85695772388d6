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
    private static final int MAX_PROMPTS = 2_048;
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
    /** Each prompt is answered as often as a single one would be. */
    private int prompts = 1;

    private OpenAiReader(Operation operation, byte[] body, boolean withTexts) {
        this.operation = operation;
        this.body = body;
        this.withTexts = withTexts;
        this.messages = new MessageTexts(Dialect.OPENAI_CHAT, texts, withTexts);
        this.hosted = new HostedToolReader(Dialect.OPENAI_CHAT);
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
            case "messages", "input", "prompt" -> content(walk, walk.name());
            case "suffix", "prediction" -> messages.text(walk, walk.name());
            case "stream" -> stream = operation.streams() && RequestFields.bool(walk, "stream");
            case "stream_options" -> usage = streamOptions(walk);
            case "max_tokens" -> nullMaxTokens = fields.readCap(walk, "max_tokens");
            case "max_completion_tokens" -> {
                if (operation == Operation.CHAT) {
                    nullMaxCompletionTokens = fields.readCap(walk, "max_completion_tokens");
                } else {
                    walk.skipQuickly();
                }
            }
            case "n", "best_of" -> choices = Math.max(choices, choices(walk, walk.name()));
            case "tools", "tool_choice", "web_search_options" -> hosted.read(walk);
            case "service_tier" -> fields.readService(walk);
            default -> walk.skipQuickly();
        }
    }

    /** Each operation has a member of its own for what is asked; the others' mean nothing to it. */
    private void content(JsonWalk walk, String name) {
        if (!name.equals(contentMember())) {
            inputSeen |= name.equals("input");
            walk.skipQuickly();
            return;
        }
        contentSeen = true;
        if (operation == Operation.CHAT) {
            messages.read(walk);
            return;
        }
        int inputs = inputs(walk, name);
        if (operation == Operation.COMPLETIONS) {
            requireFew(inputs);
            prompts = inputs;
        }
    }

    private String contentMember() {
        return switch (operation) {
            case CHAT, COUNT_TOKENS -> "messages";
            case EMBEDDINGS, BATCH_EMBEDDINGS -> "input";
            case COMPLETIONS -> "prompt";
        };
    }

    /**
     * A string, several strings, tokens, or several lists of tokens.
     *
     * @return how many inputs these are
     */
    private int inputs(JsonWalk walk, String name) {
        if (walk.is(JsonToken.VALUE_STRING)) {
            addText(walk, name);
            return 1;
        }
        if (!walk.is(JsonToken.START_ARRAY)) {
            throw BadRequest.invalid("invalid_type", name, "\"" + name + "\" must be a string or an array");
        }
        int i = 0;
        boolean tokens = false;
        for (; walk.element(); i++) {
            switch (walk.token()) {
                case VALUE_STRING -> addText(walk, withTexts ? name + " " + i : "");
                case VALUE_NUMBER_INT, START_ARRAY -> {
                    unreadable = true;
                    tokens |= walk.is(JsonToken.VALUE_NUMBER_INT);
                    walk.skipQuickly();
                }
                default ->
                    throw BadRequest.invalid(
                            "invalid_type", name + "[" + i + "]", "\"" + name + "\" must hold strings or tokens");
            }
        }
        if (i == 0) {
            throw BadRequest.invalid("invalid_value", name, "\"" + name + "\" is empty");
        }
        return tokens ? 1 : i;
    }

    private static void requireFew(int prompts) {
        if (prompts > MAX_PROMPTS) {
            throw BadRequest.invalid(
                    "invalid_value", "prompt", "\"prompt\" holds more than " + MAX_PROMPTS + " prompts");
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

    private static int choices(JsonWalk walk, String name) {
        return walk.is(JsonToken.VALUE_NULL) ? 1 : (int) RequestFields.positive(walk, name, MAX_CHOICES);
    }

    private ModelRequest result() {
        String model = fields.model();
        String content = contentMember();
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
                new OutputCap(fields.cap(), nullMaxTokens, nullMaxCompletionTokens, null, fields.caps(), 0),
                Math.multiplyExact(choices, prompts),
                RequestFields.inputBound(body, messages, FIXED_INPUT_TOKENS),
                unreadable,
                texts,
                hosted.found(),
                null,
                fields.service());
    }
}
