package dev.portreeve.gateway.dialect;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;

/** A request for embeddings in Gemini's dialect, whose body may name the model once more than its path does. */
public final class GeminiEmbedBody {
    private GeminiEmbedBody() {}

    /**
     * The same body with one model's name wherever it names one, so that nothing but the model that was decided about is asked.
     *
     * @param body that the dialect's reader has accepted
     * @param model the provider's name of it
     */
    public static byte[] named(byte[] body, String model) {
        Splice splice = new Splice(body);
        try (JsonWalk walk = new JsonWalk(body)) {
            RequestFields.enter(walk);
            members(walk, splice, "models/" + model);
        } catch (JacksonException malformed) {
            throw Malformed.request(malformed);
        }
        return splice.apply();
    }

    private static void members(JsonWalk walk, Splice splice, String name) {
        while (walk.member()) {
            if (walk.name().equals("model")
                    && !(walk.is(JsonToken.VALUE_STRING) && walk.string().equals(name))) {
                splice.replaceString(walk.skip(), name);
            } else if (walk.name().equals("requests") && walk.is(JsonToken.START_ARRAY)) {
                while (walk.element()) {
                    if (walk.is(JsonToken.START_OBJECT)) {
                        members(walk, splice, name);
                    } else {
                        walk.skipQuickly();
                    }
                }
            } else {
                walk.skipQuickly();
            }
        }
    }
}
