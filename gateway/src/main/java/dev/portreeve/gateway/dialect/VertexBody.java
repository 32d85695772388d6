package dev.portreeve.gateway.dialect;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * A request of Anthropic's dialect as Vertex takes it: the version of the format stands in the body, and the model in the path.
 * Everything else stays in its bytes.
 */
public final class VertexBody {
    private static final String VERSION = "\"anthropic_version\":\"vertex-2023-10-16\",";

    private VertexBody() {}

    /**
     * The same body for Vertex.
     *
     * @param body a JSON object that the dialect's reader has accepted
     * @param withModel whether the path names no model, so that the body must
     * @throws BadRequest if it is no JSON object after all
     */
    public static byte[] of(byte[] body, boolean withModel) {
        try (JsonWalk walk = new JsonWalk(body)) {
            int memberAt = RequestFields.enter(walk);
            boolean versioned = false;
            @Nullable Span model = null;
            while (walk.member()) {
                switch (walk.name()) {
                    case "anthropic_version" -> {
                        versioned = true;
                        walk.skipQuickly();
                    }
                    case "model" -> model = walk.skip();
                    default -> walk.skipQuickly();
                }
            }
            Splice splice = new Splice(body);
            if (!versioned) {
                splice.insert(memberAt, VERSION);
            }
            if (model != null && !withModel) {
                splice.remove(Cut.member(body, model).at());
            }
            return splice.apply();
        } catch (JacksonException malformed) {
            throw Malformed.request(malformed);
        }
    }
}
