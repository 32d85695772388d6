package dev.portreeve.gateway;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A provider that takes files and batches as OpenAI does; tests say what becomes of a batch. */
final class OpenAiBatchServer implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final HttpServer server;
    private final Map<String, String> files = new ConcurrentHashMap<>();
    private final Map<String, ObjectNode> batches = new ConcurrentHashMap<>();
    private final AtomicInteger ids = new AtomicInteger();
    /** What came, as {@code POST /v1/files}. */
    final List<String> requests = new CopyOnWriteArrayList<>();

    final List<String> forms = new CopyOnWriteArrayList<>();

    OpenAiBatchServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    /** As an operator configures it. */
    URI baseUrl() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1");
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            String asked = exchange.getRequestMethod() + " " + path;
            byte[] body = exchange.getRequestBody().readAllBytes();
            requests.add(asked);
            if (!"Bearer sk-upstream".equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                answer(exchange, 401, "{\"error\":{\"message\":\"no such key\",\"code\":\"invalid_api_key\"}}");
                return;
            }
            route(exchange, asked, body);
        }
    }

    private void route(HttpExchange exchange, String asked, byte[] body) throws IOException {
        String[] steps = asked.split("/", -1);
        String id = steps.length > 3 ? steps[3] : "";
        if (asked.equals("POST /v1/files")) {
            answer(exchange, 200, upload(new String(body, StandardCharsets.UTF_8)));
        } else if (asked.equals("POST /v1/batches")) {
            answer(exchange, 200, create(JSON.readTree(body)));
        } else if (asked.equals("GET /v1/batches/" + id) && batches.containsKey(id)) {
            answer(exchange, 200, batches.get(id).toString());
        } else if (asked.equals("POST /v1/batches/" + id + "/cancel") && batches.containsKey(id)) {
            batches.get(id).put("status", "cancelling");
            answer(exchange, 200, batches.get(id).toString());
        } else if (asked.equals("GET /v1/files/" + id + "/content") && files.containsKey(id)) {
            answer(exchange, 200, files.get(id));
        } else if (asked.equals("DELETE /v1/files/" + id) && files.remove(id) != null) {
            answer(exchange, 200, "{\"id\":\"" + id + "\",\"object\":\"file\",\"deleted\":true}");
        } else {
            answer(exchange, 404, "{\"error\":{\"message\":\"nothing here\",\"code\":null}}");
        }
    }

    private String upload(String form) {
        forms.add(form);
        int at = form.indexOf("filename=");
        String content = form.substring(form.indexOf("\r\n\r\n", at) + 4);
        String id = "file-up" + ids.incrementAndGet();
        files.put(id, content.substring(0, content.indexOf("\r\n--")));
        return "{\"id\":\"" + id + "\",\"object\":\"file\",\"purpose\":\"batch\",\"status\":\"processed\"}";
    }

    private String create(JsonNode asked) {
        String id = "batch_up" + ids.incrementAndGet();
        ObjectNode batch = JSON.createObjectNode()
                .put("id", id)
                .put("object", "batch")
                .put("endpoint", asked.path("endpoint").asString())
                .put("input_file_id", asked.path("input_file_id").asString())
                .put("completion_window", asked.path("completion_window").asString())
                .put("status", "validating")
                .put("created_at", 1_700_000_000L);
        batch.putObject("request_counts").put("total", 0).put("completed", 0).put("failed", 0);
        batches.put(id, batch);
        return batch.toString();
    }

    /** The ids of the batches that were made. */
    List<String> batches() {
        return batches.keySet().stream().sorted().toList();
    }

    boolean hasFile(String id) {
        return files.containsKey(id);
    }

    /** The lines that came for a batch, by their custom ids, in order. */
    Map<String, JsonNode> lines(String batch) {
        Map<String, JsonNode> lines = new LinkedHashMap<>();
        files.getOrDefault(batches.get(batch).path("input_file_id").asString(), "")
                .lines()
                .filter(line -> !line.isBlank())
                .map(JSON::readTree)
                .forEach(line -> lines.put(line.path("custom_id").asString(), line));
        return lines;
    }

    /** A status on the way. */
    void is(String batch, String status) {
        batches.get(batch).put("status", status);
    }

    /**
     * The batch ends.
     *
     * @param answers lines of its output file
     * @param errors lines of its error file
     */
    void ends(String batch, String status, List<String> answers, List<String> errors) {
        ObjectNode ended = batches.get(batch);
        List<String> names = new ArrayList<>(List.of("output_file_id", "error_file_id"));
        for (List<String> lines : List.of(answers, errors)) {
            String name = names.removeFirst();
            if (!lines.isEmpty()) {
                String id = "file-up" + ids.incrementAndGet();
                files.put(id, String.join("\n", lines) + "\n");
                ended.put(name, id);
            }
        }
        ended.putObject("request_counts")
                .put("total", answers.size() + errors.size())
                .put("completed", answers.size())
                .put("failed", errors.size());
        ended.put("status", status);
    }

    /** A line of an output file, with an answer of a chat. */
    static String answered(String customId, String text, int in, int out) {
        return "{\"id\":\"batch_req_1\",\"custom_id\":\"" + customId
                + "\",\"response\":{\"status_code\":200,\"request_id\":\"req_1\",\"body\":{\"id\":\"chatcmpl-1\",\"object\":"
                + "\"chat.completion\",\"created\":1700000000,\"model\":\"gpt-5-mini\",\"choices\":[{\"index\":0,\"message\":{\"role\":"
                + "\"assistant\",\"content\":\"" + text
                + "\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":" + in
                + ",\"completion_tokens\":" + out + ",\"total_tokens\":" + (in + out) + "}}},\"error\":null}";
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
