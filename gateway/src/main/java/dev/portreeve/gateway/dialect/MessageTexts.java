package dev.portreeve.gateway.dialect;

import java.util.List;
import java.util.Set;
import tools.jackson.core.JsonToken;

/**
 * Finds what guardrails must read in {@code messages}: every string, wherever a provider's extension may put it, except
 * under names that hold no text. A string nobody thought of is then screened rather than missed. For one request.
 */
final class MessageTexts {
    private static final Set<String> OPENAI_NO_TEXT =
            Set.of("role", "type", "id", "tool_call_id", "name", "detail", "format", "signature");
    /** Signatures and what is redacted are opaque; any change would break them. */
    private static final Set<String> ANTHROPIC_NO_TEXT =
            Set.of("role", "type", "id", "tool_use_id", "name", "signature", "data", "media_type", "ttl");

    private static final Set<String> RESPONSES_NO_TEXT = Set.of(
            "role",
            "type",
            "id",
            "call_id",
            "name",
            "namespace",
            "detail",
            "format",
            "status",
            "phase",
            "server_label",
            "encrypted_content");

    private static final Set<String> OPENAI_MEDIA = Set.of("image_url", "input_audio", "file");
    private static final Set<String> ANTHROPIC_MEDIA = Set.of("source");
    private static final Set<String> RESPONSES_MEDIA =
            Set.of("image_url", "input_audio", "file_data", "file_id", "file_url");
    /** What an Anthropic source of something else than text is. */
    private static final Set<String> OPAQUE_SOURCES = Set.of("base64", "url", "file");

    /** More than the most expensive way a known model counts one picture. */
    private static final long IMAGE_TOKENS = 50_000;

    /** A file can be named instead of sent, and then has the size of a large context. */
    private static final long FILE_TOKENS = 200_000;

    private final Set<String> noText;
    private final Set<String> media;
    private final boolean anthropic;
    private final List<TextAt> texts;
    private final boolean wanted;
    private boolean everything;
    private String blockType = "";
    private long mediaBytes;
    private long mediaTokens;

    MessageTexts(Dialect dialect, List<TextAt> texts, boolean wanted) {
        this.anthropic = dialect == Dialect.ANTHROPIC_MESSAGES;
        this.noText = switch (dialect) {
            case OPENAI_CHAT -> OPENAI_NO_TEXT;
            case ANTHROPIC_MESSAGES -> ANTHROPIC_NO_TEXT;
            case OPENAI_RESPONSES -> RESPONSES_NO_TEXT;
            case GEMINI -> throw new IllegalArgumentException("gemini has contents, not messages");
            case BEDROCK_CONVERSE, COHERE_CHAT -> throw dialect.notOfCallers();
        };
        this.media = switch (dialect) {
            case OPENAI_CHAT -> OPENAI_MEDIA;
            case ANTHROPIC_MESSAGES -> ANTHROPIC_MEDIA;
            case OPENAI_RESPONSES -> RESPONSES_MEDIA;
            case GEMINI -> Set.of();
            case BEDROCK_CONVERSE, COHERE_CHAT -> throw dialect.notOfCallers();
        };
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

    /** The {@code input} of a response: a text or items, of which some are messages. */
    void readInput(JsonWalk walk) {
        if (walk.is(JsonToken.VALUE_STRING)) {
            text(walk, "input");
            return;
        }
        if (!walk.is(JsonToken.START_ARRAY)) {
            throw BadRequest.invalid("invalid_type", "input", "\"input\" must be a string or an array");
        }
        for (int i = 0; walk.element(); i++) {
            if (!walk.is(JsonToken.START_OBJECT)) {
                throw BadRequest.invalid("invalid_type", "input[" + i + "]", "an item must be an object");
            }
            item(walk, i);
        }
    }

    private void item(JsonWalk walk, int index) {
        String channel = wanted ? "input " + index : "";
        while (walk.member()) {
            if (walk.name().equals("type")
                    && walk.is(JsonToken.VALUE_STRING)
                    && walk.string().equals("item_reference")) {
                throw BadRequest.invalid(
                        "unsupported_parameter",
                        "input[" + index + "]",
                        "items that the provider keeps cannot be referred to through this gateway: send the item itself,"
                                + " with \"store\": false");
            }
            member(walk, walk.name(), channel);
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
        if (anthropic && name.equals("type") && walk.is(JsonToken.VALUE_STRING)) {
            blockType = walk.string();
        }
        if (everything) {
            text(walk, wanted ? channel + " " + name : "");
        } else if (noText.contains(name) && walk.token().isScalarValue()) {
            walk.skipQuickly();
        } else if (anthropic && name.equals("input") && walk.is(JsonToken.START_OBJECT)) {
            // A tool's arguments have names of their own, under each of which may be text.
            everything = true;
            text(walk, wanted ? channel + " input" : "");
            everything = false;
        } else if (media.contains(name)) {
            if (anthropic) {
                source(walk, channel);
            } else {
                media(walk, name);
            }
        } else {
            text(walk, wanted ? channel + " " + name : "");
        }
    }

    /** An image or a document, which may also be text; which of them is said by a member that may come last. */
    private void source(JsonWalk walk, String channel) {
        if (!walk.is(JsonToken.START_OBJECT)) {
            walk.skipQuickly();
            return;
        }
        int first = texts.size();
        int start = walk.start();
        String type = "";
        boolean image = blockType.equals("image");
        while (walk.member()) {
            if (walk.name().equals("type") && walk.is(JsonToken.VALUE_STRING)) {
                type = walk.string();
            } else if (walk.name().equals("media_type") && walk.is(JsonToken.VALUE_STRING)) {
                image |= walk.string().startsWith("image/");
            } else if (OPAQUE_SOURCES.contains(type)) {
                walk.skipQuickly();
            } else {
                text(walk, wanted ? channel + " source " + walk.name() : "");
            }
        }
        if (OPAQUE_SOURCES.contains(type)) {
            texts.subList(first, texts.size()).clear();
            mediaBytes += type.equals("base64") ? walk.position() - start : 0;
            mediaTokens += image ? IMAGE_TOKENS : FILE_TOKENS;
        }
        blockType = "";
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
        if (name.equals("image_url") || name.equals("file_data")) {
            mediaBytes += span.length();
            mediaTokens += IMAGE_TOKENS;
        } else {
            mediaTokens += FILE_TOKENS;
        }
    }
}
