package dev.portreeve.gateway.dialect;

import java.util.List;
import tools.jackson.core.JsonToken;

/**
 * Requests of dialects that are spoken to providers only. Their bodies come from a translation, which has put in the bound on
 * the answer and, where the body has them, model and streaming; so there is little to be read.
 */
final class MadeRequest {
    private MadeRequest() {}

    static ModelRequest read(Dialect dialect, RequestPath path, byte[] body) {
        return new ModelRequest(
                dialect,
                path.operation(),
                body,
                path.model(),
                null,
                1,
                path.stream(),
                null,
                new ModelRequest.OutputCap(bound(body), null, null),
                1,
                body.length,
                false,
                List.of(),
                HostedTools.NONE,
                null);
    }

    private static long bound(byte[] body) {
        long bound = 0;
        try (JsonWalk walk = new JsonWalk(body)) {
            RequestFields.enter(walk);
            while (walk.member()) {
                if (walk.name().equals("inferenceConfig") && walk.is(JsonToken.START_OBJECT)) {
                    while (walk.member()) {
                        bound = bound(walk, "maxTokens", bound);
                    }
                } else {
                    bound = bound(walk, "max_tokens", bound);
                }
            }
        }
        return bound;
    }

    private static long bound(JsonWalk walk, String name, long otherwise) {
        if (walk.name().equals(name) && walk.is(JsonToken.VALUE_NUMBER_INT)) {
            return walk.integer();
        }
        walk.skipQuickly();
        return otherwise;
    }
}
