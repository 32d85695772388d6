package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.Dialect;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.webserver.http.ServerRequest;

/** Which dialect a request is in, by what can be known before its body. */
final class Paths {
    /** Versions of Gemini's dialect that no other dialect has. */
    static final String BETA = "/v1beta";

    /** Keys that keys make. */
    static final String KEYS = "/v1/keys";

    static final String MESSAGES = "/messages";
    static final String COUNT_TOKENS = MESSAGES + "/count_tokens";
    static final String MESSAGE_BATCHES = MESSAGES + "/batches";
    static final String FILES = "/files";
    static final String BATCHES = "/batches";
    static final String RESPONSES = "/responses";
    static final String INPUT_TOKENS = RESPONSES + "/input_tokens";

    private Paths() {}

    /** The dialect of a path, or, on the paths that several dialects have, that of the headers. */
    static Dialect dialect(ServerRequest request) {
        String path = request.path().path();
        if (path.endsWith(MESSAGES) || path.endsWith(COUNT_TOKENS) || path.contains(MESSAGE_BATCHES)) {
            return Dialect.ANTHROPIC_MESSAGES;
        }
        if (path.contains(RESPONSES)) {
            return Dialect.OPENAI_RESPONSES;
        }
        if (path.startsWith(BETA) || GeminiEndpoint.read(path).isPresent()) {
            return Dialect.GEMINI;
        }
        return path.contains("/models") ? ofModels(request.headers()) : Dialect.OPENAI_CHAT;
    }

    private static Dialect ofModels(ServerRequestHeaders headers) {
        if (isAnthropic(headers)) {
            return Dialect.ANTHROPIC_MESSAGES;
        }
        return isGoogle(headers) ? Dialect.GEMINI : Dialect.OPENAI_CHAT;
    }

    /** Its SDKs name themselves in one header or the other. */
    private static boolean isGoogle(ServerRequestHeaders headers) {
        return headers.contains(Names.GOOG_API_KEY)
                || headers.contains(Names.GOOG_API_CLIENT)
                || (headers.contains(HeaderNames.USER_AGENT)
                        && headers.get(HeaderNames.USER_AGENT).get().startsWith("google-genai"));
    }

    /** Its clients always say the version, except one that asks for models with nothing but its key. */
    private static boolean isAnthropic(ServerRequestHeaders headers) {
        return headers.contains(Names.ANTHROPIC_VERSION)
                || (headers.contains(Names.API_KEY) && !headers.contains(HeaderNames.AUTHORIZATION));
    }
}
