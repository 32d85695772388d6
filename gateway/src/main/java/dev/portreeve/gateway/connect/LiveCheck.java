package dev.portreeve.gateway.connect;

import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.hub.wire.HeaderValue;
import dev.portreeve.hub.wire.MetaKey;
import dev.portreeve.hub.wire.ProtocolVersion;
import dev.portreeve.hub.wire.SseReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Connects as a client would, once in each era, and lists the tools. It calls none. Blocks for some seconds at most; for one
 * command on its own thread.
 */
public final class LiveCheck implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration ANSWER = Duration.ofSeconds(15);
    private static final int MAX_ANSWER_BYTES = 32 * 1024 * 1024;
    private static final int MAX_PAGES = 100;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;

    private final URI url;
    private final @Nullable String key;
    private boolean refusedAtTheDoor;
    private final AlarmClock alarms = new AlarmClock();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT)
            .build();

    /** @param key to show, or {@code null} for none */
    public LiveCheck(URI url, @Nullable String key) {
        this.url = url;
        this.key = key;
    }

    /** One sight of each era; of one only if nothing answers or the key is refused, since the other would say the same. */
    public List<Sight> look() {
        Sight modern = sight(ProtocolVersion.MODERN);
        if (!modern.reached() || refusedAtTheDoor) {
            return List.of(modern);
        }
        return List.of(modern, sight(ProtocolVersion.LEGACY));
    }

    private Sight sight(String version) {
        Map<String, String> headers = new LinkedHashMap<>(Map.of(HeaderValue.VERSION, version));
        boolean modern = ProtocolVersion.isModern(version);
        try {
            if (modern) {
                ask("server/discover", params(version), headers);
            } else {
                Answer hello = ask("initialize", hello(version), Map.of());
                hello.session().ifPresent(session -> headers.put(HeaderValue.SESSION, session));
                send("notifications/initialized", null, object(), headers);
            }
            List<String> tools = tools(version, headers);
            String problem = tools.isEmpty()
                    ? "this key sees no tools: no rule allows its owner any (write one under policies: who, tools), what the"
                            + " servers offer waits for a person (portreeve tools list --waiting), or no tool server"
                            + " answered yet (portreeve tools servers)"
                    : null;
            return new Sight(version, tools, problem, true);
        } catch (Refused refused) {
            return new Sight(version, List.of(), refused.getMessage(), true);
        } catch (IOException unreachable) {
            return new Sight(
                    version,
                    List.of(),
                    "nothing answers at " + url
                            + ": start the gateway (portreeve serve, portreeve demo), or name another" + " with --url",
                    false);
        } finally {
            if (headers.containsKey(HeaderValue.SESSION)) {
                end(headers);
            }
        }
    }

    private List<String> tools(String version, Map<String, String> headers) throws IOException {
        List<String> tools = new ArrayList<>();
        String cursor = null;
        for (int page = 0; page < MAX_PAGES; page++) {
            ObjectNode params = ProtocolVersion.isModern(version) ? params(version) : object();
            if (cursor != null) {
                params.put("cursor", cursor);
            }
            JsonNode result = ask("tools/list", params, headers).result();
            result.path("tools").forEach(tool -> tools.add(tool.path("name").asString("")));
            cursor = result.path("nextCursor").asString(null);
            if (cursor == null) {
                return tools;
            }
        }
        throw new Refused("the list of tools does not end after " + MAX_PAGES + " pages");
    }

    private static ObjectNode object() {
        return JsonMapper.shared().createObjectNode();
    }

    private static ObjectNode params(String version) {
        ObjectNode params = object();
        ObjectNode meta = params.putObject("_meta").put(MetaKey.PROTOCOL_VERSION, version);
        meta.putObject(MetaKey.CLIENT_INFO).put("name", "portreeve-connect").put("version", "1");
        meta.putObject(MetaKey.CLIENT_CAPABILITIES);
        return params;
    }

    private static ObjectNode hello(String version) {
        ObjectNode params = object().put("protocolVersion", version);
        params.putObject("capabilities");
        params.putObject("clientInfo").put("name", "portreeve-connect").put("version", "1");
        return params;
    }

    private record Answer(JsonNode message, HttpResponse<?> response) {
        JsonNode result() {
            return message.path("result");
        }

        Optional<String> session() {
            return response.headers().firstValue(HeaderValue.SESSION);
        }
    }

    private Answer ask(String method, JsonNode params, Map<String, String> headers) throws IOException {
        Answer answer = send(method, 1, params, headers);
        JsonNode error = answer.message().path("error");
        if (error.isObject()) {
            throw new Refused(method + " was refused: " + error.path("message").asString("") + " (error "
                    + error.path("code").asString("") + ")");
        }
        if (!answer.message().path("result").isObject()) {
            throw new Refused("what answers at " + url + " is no MCP server: name the gateway with --url");
        }
        return answer;
    }

    private Answer send(String method, @Nullable Integer id, JsonNode params, Map<String, String> headers)
            throws IOException {
        ObjectNode message = object().put("jsonrpc", "2.0");
        if (id != null) {
            message.put("id", id);
        }
        message.put("method", method).set("params", params);
        HttpRequest.Builder request = request(headers)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, text/event-stream")
                .POST(HttpRequest.BodyPublishers.ofString(message.toString()));
        if (headers.containsKey(HeaderValue.VERSION)) {
            request.header(HeaderValue.METHOD, method);
        }
        HttpResponse<InputStream> response = exchange(request.build());
        InputStream body = response.body();
        AlarmClock.Alarm tooLate = alarms.after(ANSWER, () -> close(body));
        try (body) {
            return new Answer(read(response, body, id != null), response);
        } finally {
            tooLate.close();
        }
    }

    private HttpRequest.Builder request(Map<String, String> headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(url).timeout(ANSWER);
        headers.forEach(request::header);
        if (key != null) {
            request.header("Authorization", "Bearer " + key);
        }
        return request;
    }

    private HttpResponse<InputStream> exchange(HttpRequest request) throws IOException {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofInputStream());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Refused("interrupted");
        }
    }

    private JsonNode read(HttpResponse<?> response, InputStream body, boolean wanted) throws IOException {
        boolean stream =
                response.headers().firstValue("Content-Type").orElse("").startsWith("text/event-stream");
        JsonNode message = stream ? streamed(body) : whole(body);
        int status = response.statusCode();
        if (status / 100 != 2) {
            throw new Refused(
                    remedy(status, message.path("error").path("message").asString("")));
        }
        if (wanted && message.isMissingNode()) {
            throw new Refused("what answers at " + url + " is no MCP server: name the gateway with --url");
        }
        return message;
    }

    private static JsonNode streamed(InputStream body) throws IOException {
        SseReader events = new SseReader(body, MAX_ANSWER_BYTES);
        for (byte[] event = events.next(); event != null; event = events.next()) {
            JsonNode message = whole(new ByteArrayInputStream(event));
            if (message.has("id") && !message.has("method")) {
                return message;
            }
        }
        return JsonMapper.shared().getNodeFactory().missingNode();
    }

    private static JsonNode whole(InputStream body) throws IOException {
        byte[] bytes = body.readNBytes(MAX_ANSWER_BYTES);
        try {
            return bytes.length == 0
                    ? JsonMapper.shared().getNodeFactory().missingNode()
                    : JsonMapper.shared().readTree(bytes);
        } catch (JacksonException notJson) {
            return JsonMapper.shared().getNodeFactory().missingNode();
        }
    }

    private String remedy(int status, String said) {
        String words = said.isEmpty() ? "the answer was " + status : said;
        return switch (status) {
            case UNAUTHORIZED -> {
                refusedAtTheDoor = true;
                yield key == null
                        ? "there is no key: set the variable, or give --key; portreeve keys create MEMBER makes one"
                        : "the key is not accepted (" + words
                                + "): portreeve keys list shows those that are, portreeve keys"
                                + " create MEMBER makes one";
            }
            case FORBIDDEN -> {
                refusedAtTheDoor = true;
                yield words + ": add the name in the URL to server.allowed-hosts, or set server.public-url";
            }
            case NOT_FOUND -> words + ": is the path right? /mcp is everything, /mcp/NAME a server's slug or a view";
            default -> words + (status >= 500 ? ": the gateway's log says more" : "");
        };
    }

    private void end(Map<String, String> headers) {
        try (InputStream body = exchange(request(headers).DELETE().build()).body()) {
            body.readNBytes(MAX_ANSWER_BYTES);
        } catch (IOException | Refused gone) {
            // The session ends by itself after a while.
            return;
        }
    }

    private static void close(InputStream body) {
        try {
            body.close();
        } catch (IOException closed) {
            throw new UncheckedIOException(closed);
        }
    }

    /** Something answered, and not with what was asked for. The message is for the person at the shell. */
    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Refused(String message) {
            super(message);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
        alarms.close();
    }
}
