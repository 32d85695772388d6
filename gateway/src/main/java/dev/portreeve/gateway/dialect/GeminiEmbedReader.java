package dev.portreeve.gateway.dialect;

import dev.portreeve.gateway.dialect.ModelRequest.OutputCap;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;

/**
 * Reads a request for embeddings in Gemini's dialect, of one content or of several. The model comes from the path; where a body
 * names one too, the one of the path is put there before it is sent. For one request.
 */
final class GeminiEmbedReader {
    private static final long FIXED_INPUT_TOKENS = 16;

    private final List<TextAt> texts = new ArrayList<>();
    private final GeminiTexts contents;
    private final boolean withTexts;

    private GeminiEmbedReader(boolean withTexts) {
        this.withTexts = withTexts;
        this.contents = new GeminiTexts(texts, withTexts);
    }

    static ModelRequest read(RequestPath path, byte[] body, boolean withTexts) {
        RequestFields.requireUtf8(body);
        GeminiEmbedReader reader = new GeminiEmbedReader(withTexts);
        try (JsonWalk walk = new JsonWalk(body)) {
            int memberAt = RequestFields.enter(walk);
            if (path.operation() == Operation.EMBEDDINGS) {
                reader.one(walk, "content");
            } else {
                reader.several(walk);
            }
            RequestFields.requireEnd(walk);
            return new ModelRequest(
                    Dialect.GEMINI,
                    path.operation(),
                    body,
                    path.model(),
                    null,
                    memberAt,
                    false,
                    null,
                    new OutputCap(0, null, null),
                    1,
                    body.length + FIXED_INPUT_TOKENS + reader.contents.mediaTokens() - reader.contents.mediaBytes(),
                    false,
                    reader.texts,
                    HostedTools.NONE,
                    null);
        } catch (JacksonException malformed) {
            throw Malformed.request(malformed);
        }
    }

    private void several(JsonWalk walk) {
        boolean seen = false;
        while (walk.member()) {
            if (!walk.name().equals("requests")) {
                walk.skipQuickly();
                continue;
            }
            if (!walk.is(JsonToken.START_ARRAY)) {
                throw BadRequest.invalid("invalid_type", "requests", "\"requests\" must be an array");
            }
            for (int i = 0; walk.element(); i++) {
                if (!walk.is(JsonToken.START_OBJECT)) {
                    throw BadRequest.invalid("invalid_type", "requests[" + i + "]", "a request must be an object");
                }
                one(walk, withTexts ? "content " + i : "");
                seen = true;
            }
        }
        if (!seen) {
            throw BadRequest.invalid("missing_required_parameter", "requests", "\"requests\" is missing or empty");
        }
    }

    private void one(JsonWalk walk, String channel) {
        boolean seen = false;
        while (walk.member()) {
            switch (walk.name()) {
                case "content" -> {
                    seen = true;
                    contents.text(walk, channel);
                }
                case "title" -> contents.text(walk, withTexts ? channel + " title" : "");
                default -> walk.skipQuickly();
            }
        }
        if (!seen) {
            throw BadRequest.invalid("missing_required_parameter", "content", "\"content\" is missing");
        }
    }
}
