package dev.portreeve.gateway.dialect;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.core.JsonToken;

/**
 * The texts of an answer to a chat. As in requests, every string below a choice or a content block is text unless its name
 * says otherwise, so that a provider's extension (reasoning, say) is screened too.
 */
final class AnswerTexts {
    static final AnswerTexts NONE = new AnswerTexts(Dialect.OPENAI_CHAT);

    private static final Set<String> OPENAI_NO_TEXT =
            Set.of("role", "type", "id", "finish_reason", "stop_reason", "name", "index", "obfuscation", "signature");
    /** A signature and what is redacted are opaque, and any change would break them. */
    private static final Set<String> ANTHROPIC_NO_TEXT = Set.of(
            "role", "type", "id", "stop_reason", "stop_sequence", "name", "index", "signature", "data", "tool_use_id");

    private final List<TextAt> texts = new ArrayList<>();
    private final List<Span> probabilities = new ArrayList<>();

    private final Dialect dialect;
    private final Set<String> noText;
    private boolean everything;

    AnswerTexts(Dialect dialect) {
        this.dialect = dialect;
        this.noText = dialect == Dialect.OPENAI_CHAT ? OPENAI_NO_TEXT : ANTHROPIC_NO_TEXT;
    }

    List<TextAt> texts() {
        return texts;
    }

    /** Where token probabilities stand, which repeat the text. */
    List<Span> probabilities() {
        return probabilities;
    }

    static AnswerTexts ofAnswer(Dialect dialect, byte[] bytes) {
        AnswerTexts found = new AnswerTexts(dialect);
        try (JsonWalk walk = new JsonWalk(bytes)) {
            found.root(walk);
        }
        return found;
    }

    static AnswerTexts ofEvents(Dialect dialect, byte[] bytes) {
        AnswerTexts found = new AnswerTexts(dialect);
        EventScan scan = new EventScan(bytes, 0, bytes.length);
        while (scan.next()) {
            if (scan.hasData() && !scan.isDone()) {
                try (JsonWalk walk = new JsonWalk(bytes, scan.dataStart(), scan.dataEnd() - scan.dataStart())) {
                    found.root(walk);
                }
            }
        }
        return found;
    }

    private void root(JsonWalk walk) {
        if (walk.next() != JsonToken.START_OBJECT) {
            throw new UnreadableAnswer("the answer is not a json object");
        }
        switch (dialect) {
            case OPENAI_CHAT -> completion(walk);
            case ANTHROPIC_MESSAGES -> message(walk);
            case OPENAI_RESPONSES -> new ResponsesTexts(texts, probabilities).read(walk);
            case GEMINI -> new GeminiAnswerTexts(texts, probabilities).read(walk);
            case BEDROCK_CONVERSE, COHERE_CHAT -> throw dialect.notOfCallers();
        }
    }

    private void completion(JsonWalk walk) {
        while (walk.member()) {
            if (walk.name().equals("choices") && walk.is(JsonToken.START_ARRAY)) {
                for (int i = 0; walk.element(); i++) {
                    choice(walk, i);
                }
            } else {
                walk.skipQuickly();
            }
        }
    }

    /** A whole message, or an event with a block's beginning or a piece of it, whose number may stand behind them. */
    private void message(JsonWalk walk) {
        int first = texts.size();
        long index = -1;
        while (walk.member()) {
            switch (walk.name()) {
                case "content" -> text(walk, "block");
                case "content_block", "delta" -> text(walk, "");
                case "index" -> index = number(walk, index);
                default -> walk.skipQuickly();
            }
        }
        if (index >= 0) {
            rename(first, "block " + index);
        }
    }

    /** The choice's own number may stand behind its texts, so they get their channel at its end. */
    private void choice(JsonWalk walk, int position) {
        if (!walk.is(JsonToken.START_OBJECT)) {
            walk.skipQuickly();
            return;
        }
        int first = texts.size();
        long index = position;
        while (walk.member()) {
            switch (walk.name()) {
                case "index" -> index = number(walk, index);
                case "logprobs" -> probabilities(walk);
                case "message", "delta" -> text(walk, "");
                default -> member(walk, "");
            }
        }
        rename(first, "choice " + index);
    }

    private void rename(int first, String prefix) {
        for (int i = first; i < texts.size(); i++) {
            TextAt at = texts.get(i);
            texts.set(i, at.named(prefix + at.channel(), false));
        }
    }

    private static long number(JsonWalk walk, long otherwise) {
        return walk.is(JsonToken.VALUE_NUMBER_INT) ? walk.integer() : otherwise;
    }

    private void probabilities(JsonWalk walk) {
        if (walk.is(JsonToken.VALUE_NULL)) {
            return;
        }
        probabilities.add(walk.skip());
    }

    private void member(JsonWalk walk, String channel) {
        String name = walk.name();
        if (!everything && noText.contains(name) && walk.token().isScalarValue()) {
            walk.skipQuickly();
        } else if (dialect == Dialect.ANTHROPIC_MESSAGES && !everything && name.equals("input")) {
            // A tool's arguments have names of their own, under each of which may be text.
            everything = true;
            text(walk, channel + " input");
            everything = false;
        } else {
            text(walk, channel + " " + name);
        }
    }

    private void text(JsonWalk walk, String channel) {
        switch (walk.token()) {
            case VALUE_STRING -> {
                String text = walk.string();
                texts.add(new TextAt(channel, walk.skip(), text));
            }
            case START_OBJECT -> {
                while (walk.member()) {
                    member(walk, channel);
                }
            }
            case START_ARRAY -> {
                for (int i = 0; walk.element(); i++) {
                    element(walk, channel, i);
                }
            }
            default -> walk.skipQuickly();
        }
    }

    /** Streamed tool calls carry a number of their own, which says what a piece continues. */
    private void element(JsonWalk walk, String channel, int position) {
        if (!walk.is(JsonToken.START_OBJECT)) {
            text(walk, channel + " " + position);
            return;
        }
        int first = texts.size();
        long index = position;
        while (walk.member()) {
            if (walk.name().equals("index")) {
                index = number(walk, index);
            } else {
                member(walk, "");
            }
        }
        rename(first, channel + " " + index);
    }
}
