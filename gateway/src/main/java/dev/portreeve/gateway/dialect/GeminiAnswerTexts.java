package dev.portreeve.gateway.dialect;

import java.util.List;
import java.util.Set;
import tools.jackson.core.JsonToken;

/**
 * The texts of a Gemini answer and of a stream's chunks, which have one form. Parts of a stream have no number; what is said
 * and what is thought are one text each, however many parts they come in. For one answer.
 */
final class GeminiAnswerTexts {
    private static final Set<String> NO_TEXT =
            Set.of("role", "finishReason", "id", "name", "mimeType", "thoughtSignature", "data", "language", "outcome");

    private final List<TextAt> texts;
    private final List<Span> probabilities;
    private boolean everything;

    GeminiAnswerTexts(List<TextAt> texts, List<Span> probabilities) {
        this.texts = texts;
        this.probabilities = probabilities;
    }

    /** Reads the members of a chunk or of a whole answer. */
    void read(JsonWalk walk) {
        while (walk.member()) {
            if (walk.name().equals("candidates") && walk.is(JsonToken.START_ARRAY)) {
                for (int i = 0; walk.element(); i++) {
                    candidate(walk, i);
                }
            } else {
                walk.skipQuickly();
            }
        }
    }

    private void candidate(JsonWalk walk, int position) {
        if (!walk.is(JsonToken.START_OBJECT)) {
            walk.skipQuickly();
            return;
        }
        int first = texts.size();
        long index = position;
        while (walk.member()) {
            switch (walk.name()) {
                case "index" -> {
                    index = walk.is(JsonToken.VALUE_NUMBER_INT) ? walk.integer() : index;
                    walk.skipQuickly();
                }
                case "content" -> content(walk);
                case "logprobsResult" -> probabilities(walk);
                default -> member(walk, "");
            }
        }
        rename(first, "choice " + index);
    }

    private void content(JsonWalk walk) {
        if (!walk.is(JsonToken.START_OBJECT)) {
            walk.skipQuickly();
            return;
        }
        while (walk.member()) {
            if (walk.name().equals("parts") && walk.is(JsonToken.START_ARRAY)) {
                while (walk.element()) {
                    part(walk);
                }
            } else {
                member(walk, " content");
            }
        }
    }

    private void part(JsonWalk walk) {
        if (!walk.is(JsonToken.START_OBJECT)) {
            text(walk, " part");
            return;
        }
        int first = texts.size();
        boolean thought = false;
        while (walk.member()) {
            if (walk.name().equals("thought")) {
                thought = walk.is(JsonToken.VALUE_TRUE);
                walk.skipQuickly();
            } else {
                member(walk, "");
            }
        }
        if (thought) {
            rename(first, " thought");
        }
    }

    private void rename(int first, String prefix) {
        for (int i = first; i < texts.size(); i++) {
            TextAt at = texts.get(i);
            texts.set(i, at.named(prefix + at.channel(), false));
        }
    }

    private void probabilities(JsonWalk walk) {
        if (!walk.is(JsonToken.VALUE_NULL)) {
            probabilities.add(walk.skip());
        }
    }

    private void member(JsonWalk walk, String channel) {
        String name = walk.name();
        if (everything) {
            text(walk, channel + " " + name);
        } else if (name.equals("args") || name.equals("response")) {
            // A tool's arguments have names of their own, under each of which may be text.
            everything = true;
            text(walk, channel + " " + name);
            everything = false;
        } else if (name.equals("thoughtSignature") && walk.is(JsonToken.VALUE_STRING)) {
            GeminiTexts.signature(walk, channel, texts);
        } else if (NO_TEXT.contains(name) && walk.token().isScalarValue()) {
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
                    text(walk, channel + " " + i);
                }
            }
            default -> walk.skipQuickly();
        }
    }
}
