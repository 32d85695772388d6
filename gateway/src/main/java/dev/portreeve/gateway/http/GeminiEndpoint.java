package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.Operation;
import dev.portreeve.gateway.dialect.RequestPath;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Optional;

/**
 * The paths of Gemini's dialect, where the last step is a model's name and behind a colon what to do. Names may contain both
 * slashes and colons. Thread-safe.
 */
final class GeminiEndpoint {
    private static final String MODELS = "/models/";

    private final ModelEndpoint models;
    private final LastResort lastResort;

    GeminiEndpoint(ModelEndpoint models, LastResort lastResort) {
        this.models = models;
        this.lastResort = lastResort;
    }

    void handle(ServerRequest request, ServerResponse response) {
        Optional<RequestPath> path = read(request.path().path());
        if (path.isEmpty()) {
            lastResort.notFound(request, response);
        } else {
            models.handle(Dialect.GEMINI, path.get(), request, response);
        }
    }

    /** What a decoded path says; nothing for operations there are not. */
    static Optional<RequestPath> read(String path) {
        int models = path.indexOf(MODELS);
        int colon = path.lastIndexOf(':');
        if (models < 0 || colon < models + MODELS.length()) {
            return Optional.empty();
        }
        String name = name(path.substring(0, colon));
        return switch (path.substring(colon + 1)) {
            case "generateContent" -> Optional.of(new RequestPath(Operation.CHAT, name, false));
            case "streamGenerateContent" -> Optional.of(new RequestPath(Operation.CHAT, name, true));
            case "embedContent" -> Optional.of(new RequestPath(Operation.EMBEDDINGS, name, false));
            case "batchEmbedContents" -> Optional.of(new RequestPath(Operation.BATCH_EMBEDDINGS, name, false));
            case "countTokens" -> Optional.of(new RequestPath(Operation.COUNT_TOKENS, name, false));
            default -> Optional.empty();
        };
    }

    /** What stands behind {@code /models/}, which some clients also put before the name itself. */
    static String name(String path) {
        String name = path.substring(path.indexOf(MODELS) + MODELS.length());
        return name.startsWith("models/") ? name.substring("models/".length()) : name;
    }
}
