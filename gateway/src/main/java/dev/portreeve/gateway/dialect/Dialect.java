package dev.portreeve.gateway.dialect;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A wire format of model calls, on either side of the gateway. */
public enum Dialect {
    OPENAI_CHAT(
            "openai-chat",
            Map.of(
                    Operation.CHAT,
                    PathTemplate.of("/chat/completions"),
                    Operation.EMBEDDINGS,
                    PathTemplate.of("/embeddings"),
                    Operation.COMPLETIONS,
                    PathTemplate.of("/completions")),
            AnswerChunk.Shape.CHAT_ANSWER,
            AnswerChunk.Shape.CHAT_EVENTS),
    ANTHROPIC_MESSAGES(
            "anthropic-messages",
            Map.of(
                    Operation.CHAT,
                    PathTemplate.of("/messages"),
                    Operation.COUNT_TOKENS,
                    PathTemplate.of("/messages/count_tokens")),
            AnswerChunk.Shape.MESSAGES_ANSWER,
            AnswerChunk.Shape.MESSAGES_EVENTS),
    OPENAI_RESPONSES(
            "openai-responses",
            Map.of(
                    Operation.CHAT,
                    PathTemplate.of("/responses"),
                    Operation.COUNT_TOKENS,
                    PathTemplate.of("/responses/input_tokens")),
            AnswerChunk.Shape.RESPONSES_ANSWER,
            AnswerChunk.Shape.RESPONSES_EVENTS),
    GEMINI(
            "gemini",
            Map.of(
                    Operation.CHAT,
                    new PathTemplate(
                            "/models/{model}:generateContent", "/models/{model}:streamGenerateContent?alt=sse"),
                    Operation.COUNT_TOKENS,
                    PathTemplate.of("/models/{model}:countTokens"),
                    Operation.EMBEDDINGS,
                    PathTemplate.of("/models/{model}:embedContent"),
                    Operation.BATCH_EMBEDDINGS,
                    PathTemplate.of("/models/{model}:batchEmbedContents")),
            AnswerChunk.Shape.GEMINI_ANSWER,
            AnswerChunk.Shape.GEMINI_EVENTS),
    /** Of Amazon's Converse and ConverseStream; spoken to providers only. */
    BEDROCK_CONVERSE(
            "bedrock-converse",
            Map.of(Operation.CHAT, new PathTemplate("/model/{model}/converse", "/model/{model}/converse-stream")),
            AnswerChunk.Shape.NO_TEXT,
            AnswerChunk.Shape.NO_TEXT),
    /** Of Cohere's second chat API; spoken to providers only. */
    COHERE_CHAT(
            "cohere-chat",
            Map.of(Operation.CHAT, PathTemplate.of("/chat")),
            AnswerChunk.Shape.NO_TEXT,
            AnswerChunk.Shape.NO_TEXT);

    private final String code;
    private final Map<Operation, PathTemplate> paths;
    private final AnswerChunk.Shape answer;
    private final AnswerChunk.Shape events;

    Dialect(String code, Map<Operation, PathTemplate> paths, AnswerChunk.Shape answer, AnswerChunk.Shape events) {
        this.code = code;
        this.paths = paths;
        this.answer = answer;
        this.events = events;
    }

    /** The word in configurations and messages. */
    public String code() {
        return code;
    }

    /** Where the operation is below a provider's base URL, or {@code null} if the dialect does not have it. */
    public @Nullable PathTemplate path(Operation operation) {
        return paths.get(operation);
    }

    /** The shape of a unary answer. */
    public AnswerChunk.Shape answerTo(Operation operation) {
        return operation.streams() ? answer : AnswerChunk.Shape.NO_TEXT;
    }

    /** The shape of a stream's events. */
    public AnswerChunk.Shape events() {
        return events;
    }

    /** Whether the event that ends a stream repeats the whole answer, so that guardrails must read it too. */
    public boolean endRepeatsAnswer() {
        return this == OPENAI_RESPONSES;
    }

    /** The media type of a provider's stream. */
    public String streamType() {
        return this == BEDROCK_CONVERSE ? "application/vnd.amazon.eventstream" : "text/event-stream";
    }

    /** What to throw where only callers' dialects are expected. */
    public IllegalStateException notOfCallers() {
        return new IllegalStateException("no caller speaks " + code);
    }

    /** Reads one answer's usage. */
    public AnswerMeter meter() {
        return switch (this) {
            case OPENAI_CHAT -> new OpenAiMeter();
            case ANTHROPIC_MESSAGES -> new AnthropicMeter();
            case OPENAI_RESPONSES -> new ResponsesMeter();
            case GEMINI -> new GeminiMeter();
            case BEDROCK_CONVERSE -> new BedrockMeter();
            case COHERE_CHAT -> new CohereMeter();
        };
    }

    /**
     * Reads a request's body in one pass. What it returns may be of another dialect: some programs send bodies of OpenAI's
     * newer dialect to the path of the older one.
     *
     * @param path what the request's path says; for a translated body, what the provider's path will say
     * @param withTexts whether guardrails will read the texts; without them none is decoded
     * @throws BadRequest with the position or the member at fault
     */
    public ModelRequest read(RequestPath path, byte[] body, boolean withTexts) {
        return switch (this) {
            case OPENAI_CHAT -> OpenAiReader.read(path.operation(), body, withTexts);
            case ANTHROPIC_MESSAGES -> AnthropicReader.read(path.operation(), body, withTexts);
            case OPENAI_RESPONSES -> ResponsesReader.read(path.operation(), body, withTexts);
            case GEMINI ->
                path.operation().embeds()
                        ? GeminiEmbedReader.read(path, body, withTexts)
                        : GeminiReader.read(path, body, withTexts);
            case BEDROCK_CONVERSE, COHERE_CHAT -> MadeRequest.read(this, path, body);
        };
    }
}
