package dev.portreeve.gateway;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A provider that takes batches as Anthropic does; tests say what becomes of their items. */
final class MessageBatchServer implements AutoCloseable {
    static final String SAID = "so it is";
    /** Of each answer. */
    static final int INPUT = 7;

    static final int OUTPUT = 5;
    private static final JsonMapper JSON = JsonMapper.shared();

    private final HttpServer server;
    private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicInteger ids = new AtomicInteger();
    private final Map<String, ObjectNode> batches = new ConcurrentHashMap<>();
    private final Map<String, JsonNode> requests = new ConcurrentHashMap<>();
    /** What came, as {@code POST /v1/messages/batches}. */
    final List<String> asked = new CopyOnWriteArrayList<>();

    /** Answers sending with this status; 0 does what was asked, and -1 does so and cuts the connection. */
    volatile int sending;
    /** How an item ends, by its id; {@code null} leaves it out. */
    volatile Function<String, String> ends = customId -> succeeded(customId, SAID);
    /** Cuts results after so many lines. */
    volatile int cutAfter = Integer.MAX_VALUE;

    MessageBatchServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(workers);
        server.createContext("/", this::handle);
        server.start();
    }

    /** A line of results. */
    static String succeeded(String customId, String text) {
        ObjectNode line = JSON.createObjectNode().put("custom_id", customId);
        ObjectNode message = line.putObject("result").put("type", "succeeded").putObject("message");
        message.put("id", "msg_1")
                .put("type", "message")
                .put("role", "assistant")
                .put("model", "claude-x");
        message.putArray("content").addObject().put("type", "text").put("text", text);
        message.put("stop_reason", "end_turn").putNull("stop_sequence");
        message.putObject("usage")
                .put("input_tokens", INPUT)
                .put("output_tokens", OUTPUT)
                .put("service_tier", "batch");
        return line.toString();
    }

    static String errored(String customId) {
        return "{\"custom_id\":\"" + customId + "\",\"result\":{\"type\":\"errored\",\"error\":{\"type\":\"error\","
                + "\"error\":{\"type\":\"invalid_request_error\",\"message\":\"no\"},\"request_id\":null}}}";
    }

    static String bare(String customId, String type) {
        return "{\"custom_id\":\"" + customId + "\",\"result\":{\"type\":\"" + type + "\"}}";
    }

    /** Ends all batches, or only those that are to come. */
    void endAll() {
        batches.values().forEach(batch -> batch.put("processing_status", "ended"));
    }

    int batches() {
        return batches.size();
    }

    /** The items of the one batch that came. */
    JsonNode only() {
        return requests.values().iterator().next();
    }

    String standing() {
        return batches.values().iterator().next().path("processing_status").asString();
    }

    long count(String request) {
        return asked.stream().filter(each -> each.matches(request)).count();
    }

    String base() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            String request = exchange.getRequestMethod() + " " + path;
            byte[] body = exchange.getRequestBody().readAllBytes();
            asked.add(request);
            String[] steps = path.split("/", -1);
            ObjectNode batch = steps.length > 4 ? batches.get(steps[4]) : null;
            if (!"sk-upstream".equals(exchange.getRequestHeaders().getFirst("x-api-key"))) {
                answer(
                        exchange,
                        401,
                        "{\"type\":\"error\",\"error\":{\"type\":\"authentication_error\",\"message\":\"key\"}}");
            } else if (request.equals("POST /v1/messages/batches")) {
                create(exchange, body);
            } else if (batch == null) {
                answer(
                        exchange,
                        404,
                        "{\"type\":\"error\",\"error\":{\"type\":\"not_found_error\",\"message\":\"none\"}}");
            } else if (path.endsWith("/cancel")) {
                batch.put("processing_status", "canceling");
                answer(exchange, 200, batch.toString());
            } else if (path.endsWith("/results")) {
                results(exchange, requests.get(steps[4]));
            } else if (exchange.getRequestMethod().equals("DELETE")) {
                batches.remove(steps[4]);
                answer(exchange, 200, "{\"id\":\"" + steps[4] + "\",\"type\":\"message_batch_deleted\"}");
            } else {
                answer(exchange, 200, batch.toString());
            }
        }
    }

    private void create(HttpExchange exchange, byte[] body) throws IOException {
        if (sending > 0) {
            answer(
                    exchange,
                    sending,
                    "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"bad\"}}");
            return;
        }
        String id = "msgbatch_up" + ids.incrementAndGet();
        requests.put(id, JSON.readTree(body).path("requests"));
        ObjectNode batch = JSON.createObjectNode().put("id", id).put("type", "message_batch");
        batches.put(id, batch.put("processing_status", "in_progress"));
        if (sending == 0) {
            answer(exchange, 200, batch.toString());
        }
    }

    private void results(HttpExchange exchange, JsonNode items) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/x-jsonl");
        boolean cut = cutAfter < items.size();
        // A length that never comes is how it is noticed.
        exchange.sendResponseHeaders(200, cut ? 1 << 20 : 0);
        int lines = 0;
        for (JsonNode item : items) {
            if (lines == cutAfter) {
                exchange.getResponseBody().flush();
                throw new IOException("cut");
            }
            String end = ends.apply(item.path("custom_id").asString());
            if (end != null) {
                exchange.getResponseBody().write((end + "\n").getBytes(StandardCharsets.UTF_8));
                lines++;
            }
        }
        exchange.getResponseBody().close();
    }

    private static void answer(HttpExchange exchange, int status, String json) throws IOException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    /** A request of so many items, {@code i0} and so on. */
    static String request(int items, String model) {
        ObjectNode body = JSON.createObjectNode();
        ArrayNode requests = body.putArray("requests");
        for (int i = 0; i < items; i++) {
            ObjectNode params = requests.addObject().put("custom_id", "i" + i).putObject("params");
            params.put("model", model).put("max_tokens", 100);
            params.putArray("messages").addObject().put("role", "user").put("content", "is it so? " + i);
        }
        return body.toString();
    }

    @Override
    public void close() {
        server.stop(0);
        workers.close();
    }
}
