package dev.portreeve.gateway.dialect;

import dev.portreeve.gateway.dialect.ModelRequest.OutputCap;
import dev.portreeve.gateway.dialect.ModelRequest.UsageOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.InputCoercionException;

/**
 * Reads a request of the OpenAI dialect in one streaming pass. Members it does not know are passed over and forwarded. For
 * one request.
 *
 * <p>The bound of the input tokens is the number of the body's bytes: a byte-level tokenizer never makes more tokens than
 * bytes, and the JSON around a message is longer than the few tokens a provider adds for it. Pictures are the exception,
 * counted apart in {@link MessageTexts}.
 */
public final class OpenAiReader {
    /** Above these the product with a price could leave 64 bits; no model comes near. */
    private static final long MAX_OUTPUT_CAP = 10_000_000;

    private static final long MAX_CHOICES = 128;

    /** What a provider may add to a request by itself, such as the frame around tools. */
    private static final long FIXED_INPUT_TOKENS = 512;

    private final Operation operation;
    private final byte[] body;
    private final boolean withTexts;
    private final List<TextAt> texts = new ArrayList<>();
    private final MessageTexts messages;

    private int memberAt;
    private @Nullable String model;
    private @Nullable Span modelAt;
    private boolean contentSeen;
    private boolean unreadable;
    private boolean stream;
    private @Nullable UsageOption usage;
    private long cap;
    private @Nullable Span nullMaxTokens;
    private @Nullable Span nullMaxCompletionTokens;
    private int choices = 1;

    private OpenAiReader(Operation operation, byte[] body, boolean withTexts) {
        this.operation = operation;
        this.body = body;
        this.withTexts = withTexts;
        this.messages = new MessageTexts(texts, withTexts);
    }

    /**
     * Reads a body.
     *
     * @param withTexts whether guardrails will read the texts; without them none is decoded
     * @throws BadRequest with the position or the member at fault
     */
    public static ModelRequest read(Operation operation, byte[] body, boolean withTexts) {
        requireUtf8(body);
        OpenAiReader reader = new OpenAiReader(operation, body, withTexts);
        try (JsonWalk walk = new JsonWalk(body)) {
            reader.root(walk);
        } catch (JacksonException malformed) {
            throw Malformed.request(malformed);
        }
        return reader.result();
    }

    /** The parser would guess UTF-16 and UTF-32, whose offsets mean something else. */
    private static void requireUtf8(byte[] body) {
        if (body.length == 0) {
            throw new BadRequest(400, "missing_body", null, "the request has no body");
        }
        for (int i = 0; i < Math.min(4, body.length); i++) {
            if (body[i] == 0 || (i == 0 && body[i] < 0)) {
                throw new BadRequest(
                        400, "invalid_json", null, "the body is not json in utf-8 without a byte order mark");
            }
        }
    }

    private void root(JsonWalk walk) {
        if (walk.next() != JsonToken.START_OBJECT) {
            throw new BadRequest(400, "invalid_type", null, "the body is not a json object");
        }
        memberAt = walk.position();
        while (walk.member()) {
            rootMember(walk);
        }
        if (walk.next() != JsonToken.NOT_AVAILABLE) {
            throw new BadRequest(400, "invalid_json", null, "something follows the json object of the body");
        }
    }

    private void rootMember(JsonWalk walk) {
        switch (walk.name()) {
            case "model" -> model(walk);
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
                    walk.skipQuickly();
                }
            }
            case "prediction" -> messages.text(walk, "prediction");
            case "stream" -> stream = operation == Operation.CHAT && bool(walk, "stream");
            case "stream_options" -> usage = streamOptions(walk);
            case "max_tokens" -> nullMaxTokens = cap(walk, "max_tokens");
            case "max_completion_tokens" -> nullMaxCompletionTokens = cap(walk, "max_completion_tokens");
            case "n" -> choices = choices(walk);
            default -> walk.skipQuickly();
        }
    }

    private void model(JsonWalk walk) {
        if (!walk.is(JsonToken.VALUE_STRING)) {
            throw BadRequest.invalid("invalid_type", "model", "\"model\" must be a string");
        }
        String name = walk.string();
        if (name.isBlank()) {
            throw BadRequest.invalid("invalid_value", "model", "\"model\" is empty");
        }
        model = name;
        modelAt = walk.skip();
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

    private static boolean bool(JsonWalk walk, String param) {
        return switch (walk.token()) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE, VALUE_NULL -> false;
            default -> throw BadRequest.invalid("invalid_type", param, "\"" + param + "\" must be true or false");
        };
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
                boolean asked = bool(walk, "stream_options.include_usage");
                found = new UsageOption(asked, walk.skip(), "true");
            } else {
                walk.skipQuickly();
            }
        }
        String source = empty ? "\"include_usage\":true" : "\"include_usage\":true,";
        return found == null ? new UsageOption(false, new Span(inside, inside), source) : found;
    }

    /** @return where a {@code null} stands in its place */
    private @Nullable Span cap(JsonWalk walk, String param) {
        if (walk.is(JsonToken.VALUE_NULL)) {
            return walk.skip();
        }
        cap = Math.max(cap, positive(walk, param, MAX_OUTPUT_CAP));
        return null;
    }

    private static int choices(JsonWalk walk) {
        return walk.is(JsonToken.VALUE_NULL) ? 1 : (int) positive(walk, "n", MAX_CHOICES);
    }

    private static long positive(JsonWalk walk, String param, long max) {
        if (!walk.is(JsonToken.VALUE_NUMBER_INT)) {
            throw BadRequest.invalid("invalid_type", param, "\"" + param + "\" must be a whole number");
        }
        long value;
        try {
            value = walk.integer();
        } catch (InputCoercionException beyondLong) {
            value = 0;
        }
        if (value < 1 || value > max) {
            throw BadRequest.invalid("invalid_value", param, "\"" + param + "\" must be between 1 and " + max);
        }
        return value;
    }

    private ModelRequest result() {
        if (model == null || modelAt == null) {
            throw BadRequest.invalid("missing_required_parameter", "model", "\"model\" is missing");
        }
        String content = operation == Operation.CHAT ? "messages" : "input";
        if (!contentSeen) {
            throw BadRequest.invalid("missing_required_parameter", content, "\"" + content + "\" is missing");
        }
        UsageOption usageOption = usage == null
                ? new UsageOption(false, new Span(memberAt, memberAt), "\"stream_options\":{\"include_usage\":true},")
                : usage;
        return new ModelRequest(
                operation,
                body,
                model,
                modelAt,
                memberAt,
                stream,
                usageOption,
                new OutputCap(cap, nullMaxTokens, nullMaxCompletionTokens),
                choices,
                body.length + FIXED_INPUT_TOKENS + messages.mediaTokens() - messages.mediaBytes(),
                unreadable,
                texts);
    }
}
