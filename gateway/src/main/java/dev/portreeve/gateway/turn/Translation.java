package dev.portreeve.gateway.turn;

import dev.portreeve.gateway.dialect.BadRequest;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.UnreadableAnswer;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * A request of one dialect in the words of another, and the way back for its answer. Made for one call by the thread that
 * serves it.
 */
public final class Translation {
    private final Dialect caller;
    private final Dialect provider;
    private final byte[] source;
    private final byte[] request;
    private final List<Note> notes;
    private final long inputEstimate;
    private final boolean usageAsked;
    private final long created;
    private final CallerMemory memory;
    private final ToolNames names;
    private final boolean withoutCalls;
    private final String model;
    private final Notes lost = new Notes();

    /**
     * What a translation must know beside the body.
     *
     * @param upstreamModel the provider's name of the model
     * @param cap the bound that the answer will have; where a dialect has it at the body's root, the provider's adapter puts
     *     it in
     * @param usageAsked whether a caller of OpenAI's dialect wants usage at a stream's end
     * @param unsupported what becomes of what cannot be said
     * @param stream whether the answer shall be events, where the caller's path says it and not its body
     * @param created stands in answers as the time they were made, in seconds since 1970
     * @param memory of the conversation
     */
    public record Circumstances(
            String upstreamModel,
            long cap,
            boolean usageAsked,
            boolean stream,
            Unsupported unsupported,
            long created,
            CallerMemory memory) {
        /** Where nothing is remembered. */
        public Circumstances(
                String upstreamModel,
                long cap,
                boolean usageAsked,
                boolean stream,
                Unsupported unsupported,
                long created) {
            this(upstreamModel, cap, usageAsked, stream, unsupported, created, CallerMemory.NONE);
        }
    }

    private Translation(
            Dialect caller,
            Dialect provider,
            byte[] source,
            byte[] request,
            List<Note> notes,
            long inputEstimate,
            ToolNames names,
            boolean withoutCalls,
            Circumstances known) {
        this.caller = caller;
        this.provider = provider;
        this.source = source;
        this.request = request;
        this.notes = List.copyOf(notes);
        this.inputEstimate = inputEstimate;
        this.names = names;
        this.withoutCalls = withoutCalls;
        this.usageAsked = known.usageAsked();
        this.created = known.created();
        this.model = known.upstreamModel();
        this.memory = known.memory();
    }

    /**
     * Translates a body that its own dialect's reader has accepted.
     *
     * @throws BadRequest for what cannot be left out without changing the meaning
     */
    public static Translation of(Dialect caller, byte[] body, Dialect provider, Circumstances known) {
        Notes notes = new Notes(known.unsupported());
        ToolNames names = new ToolNames();
        JsonNode json = Json.read(body, 0, body.length);
        CachePoints points = provider == Dialect.BEDROCK_CONVERSE
                ? BedrockTurnWriter.points(known.upstreamModel())
                : new CachePoints(false, false);
        Turn turn = switch (caller) {
            case OPENAI_CHAT -> new OpenAiTurnReader(notes, known.memory().thoughts()).read(json);
            case ANTHROPIC_MESSAGES -> new AnthropicTurnReader(notes, points).read(json);
            case OPENAI_RESPONSES -> new ResponsesTurnReader(notes, names).read(json);
            case GEMINI -> new GeminiTurnReader(notes, names, known.stream()).read(json);
            case BEDROCK_CONVERSE, COHERE_CHAT -> throw caller.notOfCallers();
        };
        MediaCheck.require(turn);
        JsonNode translated = switch (provider) {
            case OPENAI_CHAT -> new OpenAiTurnWriter(notes).write(known.upstreamModel(), turn);
            case ANTHROPIC_MESSAGES -> new AnthropicTurnWriter(notes).write(known.upstreamModel(), turn, known.cap());
            case OPENAI_RESPONSES -> new ResponsesTurnWriter(notes).write(known.upstreamModel(), turn);
            case GEMINI -> new GeminiTurnWriter(notes).write(known.upstreamModel(), turn, known.cap());
            case BEDROCK_CONVERSE ->
                new BedrockTurnWriter(notes, points).write(known.upstreamModel(), turn, known.cap());
            case COHERE_CHAT -> new CohereTurnWriter(notes).write(known.upstreamModel(), turn, known.cap());
        };
        // Four bytes to a token is near enough for a number that is corrected at the end.
        return new Translation(
                caller,
                provider,
                body,
                Json.bytes(translated),
                notes.all(),
                body.length / 4,
                names,
                provider == Dialect.BEDROCK_CONVERSE && BedrockTools.forbidsInWords(turn),
                known);
    }

    /** Whether it is this body that was translated. */
    public boolean isOf(byte[] body) {
        return Arrays.equals(source, body);
    }

    /** The dialect of {@link #request}. */
    public Dialect provider() {
        return provider;
    }

    /** The body for the provider, without a bound on the answer. */
    public byte[] request() {
        return request;
    }

    /** What the request lost. */
    public List<Note> notes() {
        return notes;
    }

    /** What the answer lost so far; all of it once it is translated. */
    public List<Note> lostInAnswer() {
        return lost.all();
    }

    /**
     * The provider's whole answer in the caller's dialect.
     *
     * @throws UnreadableAnswer if it is not what the provider's dialect has
     */
    public byte[] answer(byte[] bytes) {
        JsonNode json;
        try {
            json = Json.read(bytes, 0, bytes.length);
        } catch (JacksonException malformed) {
            throw new UnreadableAnswer("the answer is not valid json");
        }
        Answer whole = switch (provider) {
            case OPENAI_CHAT -> OpenAiAnswers.read(json, lost);
            case ANTHROPIC_MESSAGES -> AnthropicAnswers.read(json, lost);
            case OPENAI_RESPONSES -> ResponsesAnswers.read(json, lost);
            case GEMINI -> GeminiAnswers.read(json, lost);
            case BEDROCK_CONVERSE -> BedrockAnswers.read(json, answerId(), model, lost);
            case COHERE_CHAT -> CohereAnswers.read(json, model, lost);
        };
        Answer answer = withoutCalls ? WithoutCalls.of(whole, lost) : whole;
        return switch (caller) {
            case OPENAI_CHAT -> {
                memory.thoughts().keep(answer.parts());
                yield Json.bytes(OpenAiAnswers.write(answer, created));
            }
            case ANTHROPIC_MESSAGES -> Json.bytes(AnthropicAnswers.write(answer));
            case OPENAI_RESPONSES -> Json.bytes(ResponsesAnswers.write(answer, created, names, memory.frame()));
            case GEMINI -> Json.bytes(GeminiAnswers.write(answer, names));
            case BEDROCK_CONVERSE, COHERE_CHAT -> throw caller.notOfCallers();
        };
    }

    /** Begins to translate the provider's stream. */
    public StreamTranslation stream() {
        EventReader reader = switch (provider) {
            case OPENAI_CHAT -> new OpenAiEventReader(lost);
            case ANTHROPIC_MESSAGES -> new AnthropicEventReader(lost);
            case OPENAI_RESPONSES -> new ResponsesEventReader(lost);
            case GEMINI -> new GeminiEventReader(lost);
            case BEDROCK_CONVERSE -> new BedrockEventReader(answerId(), model, lost);
            case COHERE_CHAT -> new CohereEventReader(model, lost);
        };
        EventWriter writer = switch (caller) {
            case OPENAI_CHAT -> new RememberingWriter(new OpenAiEventWriter(created, usageAsked), memory.thoughts());
            case ANTHROPIC_MESSAGES -> new AnthropicEventWriter(inputEstimate);
            case OPENAI_RESPONSES -> new ResponsesEventWriter(created, names, memory.frame());
            case GEMINI -> new GeminiEventWriter(names);
            case BEDROCK_CONVERSE, COHERE_CHAT -> throw caller.notOfCallers();
        };
        return new StreamTranslation(withoutCalls ? new WithoutCalls(reader, lost) : reader, writer);
    }

    /** Of providers whose answers have no id. */
    private static String answerId() {
        return "answer-" + UUID.randomUUID();
    }

    /** The sentence in a provider's error, whichever dialect it is in, or an empty text. */
    public static String message(byte[] error) {
        try {
            JsonNode json = Json.read(error, 0, error.length);
            JsonNode inner = json.path("error").isObject() ? json.path("error") : json;
            return Json.string(inner, "message", Json.string(inner, "Message", ""));
        } catch (JacksonException notJson) {
            return "";
        }
    }
}
