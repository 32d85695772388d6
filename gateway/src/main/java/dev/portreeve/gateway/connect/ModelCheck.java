package dev.portreeve.gateway.connect;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Asks for the models that a key may use, as a client that calls models does: on the path, with the credential and in the form of its
 * own dialect. Costs nothing and calls no model. Blocks for some seconds at most; for one command on its own thread.
 */
public final class ModelCheck {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int MAX_ANSWER_BYTES = 4 * 1024 * 1024;

    /** How a client asks. */
    private enum Way {
        MESSAGES("Anthropic's", "/v1/models", "x-api-key", "", "data", "id", "ANTHROPIC_BASE_URL is "),
        RESPONSES("OpenAI's", "/v1/models", "Authorization", "Bearer ", "data", "id", "base_url is "),
        GEMINI("Gemini's", "/v1beta/models", "x-goog-api-key", "", "models", "name", "GOOGLE_GEMINI_BASE_URL is ");

        private final String dialect;
        private final String path;
        private final String header;
        private final String scheme;
        private final String list;
        private final String name;
        private final String setting;

        Way(String dialect, String path, String header, String scheme, String list, String name, String setting) {
            this.dialect = dialect;
            this.path = path;
            this.header = header;
            this.scheme = scheme;
            this.list = list;
            this.name = name;
            this.setting = setting;
        }

        String setting(URI gateway) {
            String base = gateway.resolve("/").toString();
            String plain = base.substring(0, base.length() - 1);
            return setting + (this == RESPONSES ? plain + "/v1" : plain);
        }
    }

    private ModelCheck() {}

    /**
     * What the client finds; nothing for one whose model calls cannot be led to a gateway, or whose way of it differs from one version
     * to the next.
     *
     * @param gateway any address of its data listener
     * @param key to show; without one nothing is asked
     */
    public static Optional<ModelSight> look(Client client, URI gateway, @Nullable String key) {
        Way way = switch (client) {
            case CLAUDE_CODE -> Way.MESSAGES;
            case CODEX -> Way.RESPONSES;
            case GEMINI_CLI -> Way.GEMINI;
            case CLAUDE_DESKTOP, CURSOR, VSCODE, GENERIC -> null;
        };
        return way == null || key == null ? Optional.empty() : Optional.of(look(way, gateway, key));
    }

    private static ModelSight look(Way way, URI gateway, String key) {
        HttpRequest.Builder request = HttpRequest.newBuilder(gateway.resolve(way.path))
                .timeout(PATIENCE)
                .header(way.header, way.scheme + key);
        if (way == Way.MESSAGES) {
            request.header("anthropic-version", "2023-06-01");
        }
        HttpClient http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(PATIENCE)
                .build();
        try {
            HttpResponse<InputStream> response = http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
                return read(way, gateway, response.statusCode(), body.readNBytes(MAX_ANSWER_BYTES));
            }
        } catch (IOException unreachable) {
            return problem(way, gateway, "nothing answers there");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return problem(way, gateway, "interrupted");
        } finally {
            http.shutdownNow();
        }
    }

    private static ModelSight read(Way way, URI gateway, int status, byte[] body) {
        JsonNode answer;
        try {
            answer = JsonMapper.shared().readTree(body);
        } catch (JacksonException notJson) {
            return problem(way, gateway, "what answers " + way.path + " is not the gateway");
        }
        if (status != 200) {
            String said = answer.path("error").path("message").asString("");
            return problem(way, gateway, said.isEmpty() ? "the answer to " + way.path + " was " + status : said);
        }
        if (!answer.path(way.list).isArray()) {
            return problem(way, gateway, "what answers " + way.path + " is not the gateway");
        }
        List<String> models = new ArrayList<>();
        for (JsonNode model : answer.path(way.list)) {
            String name = model.path(way.name).asString("");
            models.add(way == Way.GEMINI && name.startsWith("models/") ? name.substring("models/".length()) : name);
        }
        return new ModelSight(way.dialect, way.setting(gateway), models, null);
    }

    private static ModelSight problem(Way way, URI gateway, String what) {
        return new ModelSight(way.dialect, way.setting(gateway), List.of(), what);
    }
}
