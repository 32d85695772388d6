package dev.portreeve.gateway.dialect;

import java.util.List;
import java.util.Set;
import tools.jackson.core.JsonToken;

/**
 * The texts of a response and of its events. A stream says each text in pieces and then again whole, up to three times: the
 * repetitions are texts of their own, marked as such. What the response repeats of its request is not looked at. For one answer.
 */
final class ResponsesTexts {
    private static final Set<String> NO_TEXT = Set.of(
            "type",
            "id",
            "item_id",
            "call_id",
            "role",
            "status",
            "phase",
            "name",
            "namespace",
            "server_label",
            "object",
            "obfuscation",
            "encrypted_content",
            "container_id",
            "file_id",
            "result",
            "partial_image_b64");

    private final List<TextAt> texts;
    private final List<Span> probabilities;

    ResponsesTexts(List<TextAt> texts, List<Span> probabilities) {
        this.texts = texts;
        this.probabilities = probabilities;
    }

    /** Reads the members of a whole response, or of one event, whichever it is. */
    void read(JsonWalk walk) {
        int first = texts.size();
        String type = "";
        long output = -1;
        long part = -1;
        while (walk.member()) {
            switch (walk.name()) {
                case "type" -> type = walk.is(JsonToken.VALUE_STRING) ? walk.string() : "";
                case "output_index" -> output = number(walk);
                case "content_index", "summary_index" -> part = number(walk);
                case "response" -> response(walk);
                case "output" -> text(walk, "output");
                // The items of a response's input, which are asked for by themselves.
                case "data" -> text(walk, "data");
                case "delta", "text", "part", "item", "arguments", "input", "refusal", "code", "annotation" ->
                    member(walk, "");
                case "logprobs" -> probabilities(walk);
                default -> walk.skipQuickly();
            }
        }
        if (type.startsWith("response.") || type.equals("error")) {
            rename(first, type, output + " " + part);
        }
    }

    private void rename(int first, String type, String place) {
        boolean piece = type.endsWith(".delta");
        for (int i = first; i < texts.size(); i++) {
            TextAt at = texts.get(i);
            texts.set(i, at.named(type + " " + place + at.channel(), !piece));
        }
    }

    private void response(JsonWalk walk) {
        if (!walk.is(JsonToken.START_OBJECT)) {
            walk.skipQuickly();
            return;
        }
        while (walk.member()) {
            if (walk.name().equals("output")) {
                text(walk, " output");
            } else {
                walk.skipQuickly();
            }
        }
    }

    private static long number(JsonWalk walk) {
        return walk.is(JsonToken.VALUE_NUMBER_INT) ? walk.integer() : -1;
    }

    private void probabilities(JsonWalk walk) {
        if (walk.is(JsonToken.START_ARRAY)) {
            probabilities.add(walk.skip());
        } else {
            walk.skipQuickly();
        }
    }

    private void member(JsonWalk walk, String channel) {
        String name = walk.name();
        if (name.equals("logprobs")) {
            probabilities(walk);
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
