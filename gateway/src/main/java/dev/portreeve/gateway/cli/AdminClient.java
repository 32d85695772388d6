package dev.portreeve.gateway.cli;

import dev.portreeve.policy.call.Secret;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Speaks to the admin API of a running server. Blocks; used by one command on its own thread. */
final class AdminClient implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(2);
    /** Verification reads everything there is. */
    private static final Duration ANSWER = Duration.ofMinutes(10);

    private static final Duration PATIENTLY = Duration.ofMinutes(3);

    private final URI base;
    private final Secret token;
    private final HttpClient http;

    AdminClient(URI base, Secret token) {
        this.base = base;
        this.token = token;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    URI base() {
        return base;
    }

    JsonNode get(String path) {
        return send("GET", path, null);
    }

    JsonNode post(String path, JsonNode body) {
        return send("POST", path, body);
    }

    /** Asks for something that takes its time, such as a server's start. */
    JsonNode postPatiently(String path) {
        return send("POST", path, null, PATIENTLY);
    }

    JsonNode delete(String path) {
        return send("DELETE", path, null);
    }

    /** @throws CliFailure the server cannot be reached, or says no */
    private JsonNode send(String method, String path, @Nullable JsonNode body) {
        return send(method, path, body, ANSWER);
    }

    private JsonNode send(String method, String path, @Nullable JsonNode body, Duration within) {
        HttpRequest.BodyPublisher content = body == null
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofString(body.toString());
        HttpRequest request = HttpRequest.newBuilder(base.resolve(path))
                .timeout(within)
                .header("Authorization", "Bearer " + token.reveal())
                .header("Content-Type", "application/json")
                .method(method, content)
                .build();
        try {
            HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
            JsonNode answer = json(response.body());
            if (response.statusCode() / 100 != 2) {
                throw refused(response.statusCode(), answer);
            }
            return answer;
        } catch (IOException unreachable) {
            throw new CliFailure(
                    CliFailure.UNREACHABLE,
                    "no server answers at " + base
                            + ": start one with portreeve serve, or name its data directory with --data",
                    unreachable);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CliFailure(CliFailure.UNREACHABLE, "interrupted", interrupted);
        }
    }

    private static JsonNode json(byte[] body) {
        try {
            return body.length == 0
                    ? JsonMapper.shared().createObjectNode()
                    : JsonMapper.shared().readTree(body);
        } catch (JacksonException notOurs) {
            throw new CliFailure(
                    CliFailure.UNREACHABLE,
                    "what answers there is not Portreeve: "
                            + new String(body, 0, Math.min(80, body.length), StandardCharsets.UTF_8),
                    notOurs);
        }
    }

    private static CliFailure refused(int status, JsonNode problem) {
        String detail = problem.path("detail").asString("the server answered " + status);
        return new CliFailure(status >= 500 ? CliFailure.UNREACHABLE : CliFailure.NO, detail);
    }

    @Override
    public void close() {
        http.close();
    }
}
