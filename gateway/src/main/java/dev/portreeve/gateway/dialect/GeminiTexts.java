package dev.portreeve.gateway.dialect;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/**
 * Finds what guardrails must read in {@code contents}: every string, wherever a new kind of part may put it, except under names
 * that hold no text. For one request.
 */
final class GeminiTexts {
    private static final Set<String> NO_TEXT = Set.of("role", "id", "name", "mimeType", "mime_type", "language");
    /** More than the most expensive way a known model counts one picture. */
    private static final long IMAGE_TOKENS = 50_000;
    /** A document or a recording of the size that fits into a body. */
    private static final long DATA_TOKENS = 200_000;
    /** What is only named may fill the largest context. */
    private static final long FILE_TOKENS = 1_000_000;

    private static final String OWN_FILES = "generativelanguage.googleapis.com";

    private final List<TextAt> texts;
    private final boolean wanted;
    private boolean everything;
    private long mediaBytes;
    private long mediaTokens;

    GeminiTexts(List<TextAt> texts, boolean wanted) {
        this.texts = texts;
        this.wanted = wanted;
    }

    /** Bytes of pictures and the like, which are not text and are not counted as such. */
    long mediaBytes() {
        return mediaBytes;
    }

    long mediaTokens() {
        return mediaTokens;
    }

    void read(JsonWalk walk) {
        if (!walk.is(JsonToken.START_ARRAY)) {
            throw BadRequest.invalid("invalid_type", "contents", "\"contents\" must be an array");
        }
        int i = 0;
        for (; walk.element(); i++) {
            if (!walk.is(JsonToken.START_OBJECT)) {
                throw BadRequest.invalid("invalid_type", "contents[" + i + "]", "a content must be an object");
            }
            text(walk, wanted ? "content " + i : "");
        }
        if (i == 0) {
            throw BadRequest.invalid("invalid_value", "contents", "\"contents\" is empty");
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

    private void member(JsonWalk walk, String name, String channel) {
        if (everything) {
            text(walk, wanted ? channel + " " + name : "");
            return;
        }
        switch (name) {
            case "inlineData", "inline_data" -> data(walk);
            case "fileData", "file_data" -> file(walk);
            // A tool's arguments and results have names of their own, under each of which may be text.
            case "args", "response", "partialArgs", "partial_args" -> {
                everything = true;
                text(walk, wanted ? channel + " " + name : "");
                everything = false;
            }
            case "thoughtSignature", "thought_signature" -> {
                if (wanted && walk.is(JsonToken.VALUE_STRING)) {
                    signature(walk, channel, texts);
                } else {
                    walk.skipQuickly();
                }
            }
            default -> {
                if (NO_TEXT.contains(name) && walk.token().isScalarValue()) {
                    walk.skipQuickly();
                } else {
                    text(walk, wanted ? channel + " " + name : "");
                }
            }
        }
    }

    /** Only of thoughts that this gateway packed itself can anything be read. */
    static void signature(JsonWalk walk, String channel, List<TextAt> texts) {
        String carried = CarriedThoughts.json(walk.string());
        Span at = walk.skip();
        if (carried != null) {
            texts.add(new TextAt(channel + " signature", at, carried, false, true));
        }
    }

    private void data(JsonWalk walk) {
        if (!walk.is(JsonToken.START_OBJECT)) {
            walk.skipQuickly();
            return;
        }
        int start = walk.start();
        String type = "";
        while (walk.member()) {
            if (isType(walk)) {
                type = walk.string();
            }
            walk.skipQuickly();
        }
        mediaBytes += walk.position() - start;
        mediaTokens += type.startsWith("image/") ? IMAGE_TOKENS : DATA_TOKENS;
    }

    private static boolean isType(JsonWalk walk) {
        return (walk.name().equals("mimeType") || walk.name().equals("mime_type")) && walk.is(JsonToken.VALUE_STRING);
    }

    private void file(JsonWalk walk) {
        if (!walk.is(JsonToken.START_OBJECT)) {
            walk.skipQuickly();
            return;
        }
        while (walk.member()) {
            if (walk.name().equals("fileUri") || walk.name().equals("file_uri")) {
                requirePublic(walk.is(JsonToken.VALUE_STRING) ? walk.string() : null);
            }
            walk.skipQuickly();
        }
        mediaTokens += FILE_TOKENS;
    }

    /** Files that were uploaded, and buckets, are opened with the account's rights, whoever the caller is. */
    private static void requirePublic(@Nullable String uri) {
        String address = uri == null ? "" : uri.toLowerCase(Locale.ROOT);
        boolean web = address.startsWith("https://") || address.startsWith("http://");
        if (!web || address.contains(OWN_FILES)) {
            throw BadRequest.invalid(
                    "unsupported_parameter",
                    "contents.fileData",
                    "\"fileUri\" names a file that the provider keeps for all callers of this gateway: send it as"
                            + " \"inlineData\"");
        }
    }
}
