package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.Dialect;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.webserver.http.ServerRequest;

/** Which dialect a request is in, by what can be known before its body. */
final class Paths {
    static final String MESSAGES = "/messages";
    static final String COUNT_TOKENS = MESSAGES + "/count_tokens";
    static final String RESPONSES = "/responses";
    static final String INPUT_TOKENS = RESPONSES + "/input_tokens";

    private Paths() {}

    /** The dialect of a path, or, on the paths that several dialects have, that of the headers. */
    static Dialect dialect(ServerRequest request) {
        String path = request.path().path();
        if (path.endsWith(MESSAGES) || path.endsWith(COUNT_TOKENS)) {
            return Dialect.ANTHROPIC_MESSAGES;
        }
        if (path.contains(RESPONSES)) {
            return Dialect.OPENAI_RESPONSES;
        }
        boolean models = path.contains("/models");
        return models && isAnthropic(request.headers()) ? Dialect.ANTHROPIC_MESSAGES : Dialect.OPENAI_CHAT;
    }

    /** Its clients always say the version, except one that asks for models with nothing but its key. */
    private static boolean isAnthropic(ServerRequestHeaders headers) {
        return headers.contains(Names.ANTHROPIC_VERSION)
                || (headers.contains(Names.API_KEY) && !headers.contains(HeaderNames.AUTHORIZATION));
    }
}
