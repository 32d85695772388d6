package dev.portreeve.gateway.dialect;

import dev.portreeve.policy.call.Output;
import dev.portreeve.policy.call.TextRun;
import dev.portreeve.policy.call.Usage;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * A piece of a provider's answer in the provider's very bytes: a whole unary answer, or the whole events that came in one
 * read. Texts are found when they are first asked for, and only then. For the call's thread.
 */
public final class AnswerChunk implements Output<AnswerChunk> {
    /** How texts are found in a chunk's bytes. */
    public enum Shape {
        /** One chat completion object. */
        CHAT_ANSWER,
        /** Events, each a chat completion chunk. */
        CHAT_EVENTS,
        /** One Anthropic message. */
        MESSAGES_ANSWER,
        /** Events of an Anthropic message. */
        MESSAGES_EVENTS,
        /** One response object. */
        RESPONSES_ANSWER,
        /** Events of a response. */
        RESPONSES_EVENTS,
        /** One answer of Gemini's. */
        GEMINI_ANSWER,
        /** Events of an answer of Gemini's. */
        GEMINI_EVENTS,
        /** Nothing a guardrail could read, such as embeddings. */
        NO_TEXT
    }

    private final AnswerHead head;
    private final Shape shape;
    private final byte[] bytes;
    private final boolean ending;
    private final @Nullable Usage soFar;
    private final boolean saysAll;
    private @Nullable AnswerTexts texts;

    public AnswerChunk(AnswerHead head, Shape shape, byte[] bytes) {
        this(head, shape, bytes, false, null, false);
    }

    /** @param soFar what the provider said by now that it used; {@code null} if it said nothing */
    public AnswerChunk(AnswerHead head, Shape shape, byte[] bytes, @Nullable Usage soFar) {
        this(head, shape, bytes, false, soFar, false);
    }

    private AnswerChunk(
            AnswerHead head, Shape shape, byte[] bytes, boolean ending, @Nullable Usage soFar, boolean saysAll) {
        this.head = head;
        this.shape = shape;
        this.bytes = bytes;
        this.ending = ending;
        this.soFar = soFar;
        this.saysAll = saysAll;
    }

    /** What ends a stream, where that repeats the answer or is part of it: read like all others, but sent only when all is settled. */
    public static AnswerChunk ending(AnswerHead head, Shape shape, byte[] bytes) {
        return new AnswerChunk(head, shape, bytes, true, null, false);
    }

    /** Bytes that nobody gets, for what the provider said with them of its usage. */
    public static AnswerChunk silent(AnswerHead head, Usage soFar) {
        return new AnswerChunk(head, Shape.NO_TEXT, new byte[0], soFar);
    }

    /** The same of an answer that was made before anybody reads it, so that this is all it costs. */
    public static AnswerChunk account(AnswerHead head, Usage all) {
        return new AnswerChunk(head, Shape.NO_TEXT, new byte[0], false, all, true);
    }

    @Override
    public boolean saysAll() {
        return saysAll;
    }

    @Override
    public boolean isSilent() {
        return bytes.length == 0;
    }

    public boolean isEnding() {
        return ending;
    }

    public AnswerHead head() {
        return head;
    }

    /** How texts are found in it. */
    public Shape shape() {
        return shape;
    }

    /** The bytes to send; not to be written to. */
    public byte[] bytes() {
        return bytes;
    }

    @Override
    public @Nullable Usage soFar() {
        return soFar;
    }

    /** @throws UnreadableAnswer if the bytes are not what their shape says */
    @Override
    public List<TextRun> text() {
        return TextAt.runs(found().texts());
    }

    /**
     * The chunk with rewritten texts. Token probabilities repeat the text, so they go when it changes.
     */
    @Override
    public AnswerChunk withText(List<TextRun> rewritten) {
        Splice splice = new Splice(bytes);
        if (TextAt.rewrite(found().texts(), rewritten, splice) == 0) {
            return this;
        }
        for (Span span : found().probabilities()) {
            splice.replace(span, isResponse() ? "[]" : "null");
        }
        return new AnswerChunk(head, shape, splice.apply(), ending, soFar, saysAll);
    }

    private boolean isResponse() {
        return shape == Shape.RESPONSES_ANSWER || shape == Shape.RESPONSES_EVENTS;
    }

    private AnswerTexts found() {
        if (texts == null) {
            try {
                texts = switch (shape) {
                    case CHAT_ANSWER -> AnswerTexts.ofAnswer(Dialect.OPENAI_CHAT, bytes);
                    case CHAT_EVENTS -> AnswerTexts.ofEvents(Dialect.OPENAI_CHAT, bytes);
                    case MESSAGES_ANSWER -> AnswerTexts.ofAnswer(Dialect.ANTHROPIC_MESSAGES, bytes);
                    case MESSAGES_EVENTS -> AnswerTexts.ofEvents(Dialect.ANTHROPIC_MESSAGES, bytes);
                    case RESPONSES_ANSWER -> AnswerTexts.ofAnswer(Dialect.OPENAI_RESPONSES, bytes);
                    case RESPONSES_EVENTS -> AnswerTexts.ofEvents(Dialect.OPENAI_RESPONSES, bytes);
                    case GEMINI_ANSWER -> AnswerTexts.ofAnswer(Dialect.GEMINI, bytes);
                    case GEMINI_EVENTS -> AnswerTexts.ofEvents(Dialect.GEMINI, bytes);
                    case NO_TEXT -> AnswerTexts.NONE;
                };
            } catch (JacksonException malformed) {
                throw new UnreadableAnswer("the answer is not the json it should be");
            }
        }
        return texts;
    }
}
