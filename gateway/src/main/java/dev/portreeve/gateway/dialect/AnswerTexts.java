package dev.portreeve.gateway.dialect;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.core.JsonToken;

/**
 * The texts of a chat answer. As in requests, every string below a choice is text unless its name says otherwise, so that
 * a provider's extension (reasoning, say) is screened too.
 */
final class AnswerTexts {
    static final AnswerTexts NONE = new AnswerTexts();

    private static final Set<String> NO_TEXT =
            Set.of("role", "type", "id", "finish_reason", "stop_reason", "name", "index", "obfuscation");

    private final List<TextAt> texts = new ArrayList<>();
    private final List<Span> probabilities = new ArrayList<>();

    private AnswerTexts() {}

    List<TextAt> texts() {
        return texts;
    }

    /** Where token probabilities stand, which repeat the text. */
    List<Span> probabilities() {
        return probabilities;
    }

    static AnswerTexts ofAnswer(byte[] bytes) {
        AnswerTexts found = new AnswerTexts();
        try (JsonWalk walk = new JsonWalk(bytes)) {
            found.root(walk);
        }
        return found;
    }

    static AnswerTexts ofEvents(byte[] bytes) {
        AnswerTexts found = new AnswerTexts();
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
            texts.set(i, new TextAt(prefix + at.channel(), at.span(), at.text()));
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
        if (NO_TEXT.contains(name) && walk.token().isScalarValue()) {
            walk.skipQuickly();
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
