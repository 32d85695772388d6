package dev.portreeve.gateway.http;

import dev.portreeve.gateway.config.Spelling;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What stands at the gateway's bare address, for the probes of clients and for people who look, and the way back from a path
 * that is almost one. Says nothing that needs a key. Thread-safe.
 */
final class Front {
    /** The paths one can mean; {@code /v1} may be missing or doubled. */
    static final List<String> PATHS = List.of(
            "/v1/chat/completions",
            "/v1/completions",
            "/v1/embeddings",
            "/v1/models",
            "/v1" + Paths.RESPONSES,
            "/v1" + Paths.INPUT_TOKENS,
            "/v1" + Paths.MESSAGES,
            "/v1" + Paths.FILES,
            "/v1" + Paths.BATCHES,
            "/v1" + Paths.COUNT_TOKENS,
            "/v1" + Paths.MESSAGE_BATCHES,
            "/v1beta/models",
            Paths.KEYS,
            "/mcp",
            "/health/live",
            "/health/started",
            "/health/ready");

    private static final int LONGEST = 200;
    private static final byte[] WELCOME = ("{\"name\":\"portreeve\",\"model_calls\":\"/v1\",\"tool_calls\":\"/mcp\","
                    + "\"health\":\"/health/ready\"}")
            .getBytes(StandardCharsets.UTF_8);

    private Front() {}

    /** Blocks no longer than the client takes to read a line. */
    static void welcome(ServerRequest request, ServerResponse response) {
        response.headers().set(HeaderValues.CONTENT_TYPE_JSON);
        response.send(WELCOME);
    }

    /** The path that is only a few letters away from this one, or {@code null}. */
    static @Nullable String nearest(String path) {
        return path.length() > LONGEST ? null : Spelling.nearest(path, PATHS);
    }
}
