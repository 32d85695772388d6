package dev.portreeve.gateway.dialect;

import java.util.List;
import java.util.Set;
import tools.jackson.core.JsonToken;

/**
 * Finds what guardrails must read in {@code messages}: every string, wherever a provider's extension may put it, except
 * under names that hold no text. A string nobody thought of is then screened rather than missed. For one request.
 */
final class MessageTexts {
    private static final Set<String> NO_TEXT = Set.of("role", "type", "id", "tool_call_id", "name", "detail", "format");
    private static final Set<String> MEDIA = Set.of("image_url", "input_audio", "file");

    /** More than the most expensive way a known model counts one picture. */
    private static final long IMAGE_TOKENS = 50_000;

    /** A file can be named instead of sent, and then has the size of a large context. */
    private static final long FILE_TOKENS = 200_000;

    private final List<TextAt> texts;
    private final boolean wanted;
    private long mediaBytes;
    private long mediaTokens;

    MessageTexts(List<TextAt> texts, boolean wanted) {
        this.texts = texts;
        this.wanted = wanted;
    }

    /** Bytes of pictures, which are not text and are not counted as such. */
    long mediaBytes() {
        return mediaBytes;
    }

    long mediaTokens() {
        return mediaTokens;
    }

    void read(JsonWalk walk) {
        if (!walk.is(JsonToken.START_ARRAY)) {
            throw BadRequest.invalid("invalid_type", "messages", "\"messages\" must be an array");
        }
        int i = 0;
        for (; walk.element(); i++) {
            if (!walk.is(JsonToken.START_OBJECT)) {
                throw BadRequest.invalid("invalid_type", "messages[" + i + "]", "a message must be an object");
            }
            message(walk, i);
        }
        if (i == 0) {
            throw BadRequest.invalid("invalid_value", "messages", "\"messages\" is empty");
        }
    }

    private void message(JsonWalk walk, int index) {
        String channel = wanted ? "message " + index : "";
        boolean role = false;
        while (walk.member()) {
            String name = walk.name();
            if (name.equals("role")) {
                role = walk.is(JsonToken.VALUE_STRING);
                walk.skipQuickly();
            } else if (name.equals("content")) {
                requireContent(walk, index);
                text(walk, wanted ? channel + " content" : "");
            } else {
                member(walk, name, channel);
            }
        }
        if (!role) {
            String param = "messages[" + index + "].role";
            throw BadRequest.invalid("missing_required_parameter", param, "\"role\" is missing or no string");
        }
    }

    private static void requireContent(JsonWalk walk, int index) {
        switch (walk.token()) {
            case VALUE_STRING, VALUE_NULL, START_ARRAY -> {}
            default ->
                throw BadRequest.invalid(
                        "invalid_type",
                        "messages[" + index + "].content",
                        "\"content\" must be a string, an array of parts, or null");
        }
    }

    private void member(JsonWalk walk, String name, String channel) {
        if (NO_TEXT.contains(name) && walk.token().isScalarValue()) {
            walk.skipQuickly();
        } else if (MEDIA.contains(name)) {
            media(walk, name);
        } else {
            text(walk, wanted ? channel + " " + name : "");
        }
    }

    /** Takes every text below the current value. */
    void text(JsonWalk walk, String channel) {
        switch (walk.token()) {
            case VALUE_STRING -> {
                if (wanted) {
                    String text = walk.string();
                    texts.add(new TextAt(channel, walk.skip(), text));
                }
            }
            case START_OBJECT -> {
                while (walk.member()) {
                    member(walk, walk.name(), channel);
                }
            }
            case START_ARRAY -> {
                for (int i = 0; walk.element(); i++) {
                    text(walk, wanted ? channel + " " + i : "");
                }
            }
            default -> walk.skipQuickly();
        }
    }

    private void media(JsonWalk walk, String name) {
        Span span = walk.skip();
        if (name.equals("image_url")) {
            mediaBytes += span.length();
            mediaTokens += IMAGE_TOKENS;
        } else {
            mediaTokens += FILE_TOKENS;
        }
    }
}
