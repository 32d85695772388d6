package dev.portreeve.gateway;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A provider that speaks Responses and keeps them, as strict as OpenAI's: what is named by an id it must know, and of MCP it is never
 * told anything. It says what it is told to, and else "all done".
 */
final class KeepingProvider implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();
    private final HttpServer server;
    private final Deque<ArrayNode> outputs = new ArrayDeque<>();
    private final Map<String, ObjectNode> kept = new LinkedHashMap<>();
    private final List<ObjectNode> asked = new CopyOnWriteArrayList<>();
    private int last;

    KeepingProvider() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/responses", this::serve);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    URI baseUrl() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1");
    }

    /** What was asked, in order. */
    List<ObjectNode> asked() {
        return asked;
    }

    /** The next answer thinks, and then wants this called. */
    synchronized KeepingProvider calls(String tool, String text) {
        last++;
        ArrayNode output = JSON.createArrayNode();
        output.addObject()
                .put("type", "reasoning")
                .put("id", "rs_" + last)
                .put("encrypted_content", "thought-" + last)
                .putArray("summary");
        output.addObject()
                .put("type", "function_call")
                .put("id", "fc_" + last)
                .put("call_id", "call_" + last)
                .put("name", tool)
                .put("arguments", "{\"text\":\"" + text + "\"}")
                .put("status", "completed");
        outputs.add(output);
        return this;
    }

    private synchronized void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            if (exchange.getRequestMethod().equals("GET")) {
                ObjectNode found = kept.get(path.substring(path.lastIndexOf('/') + 1));
                answer(exchange, found == null ? 404 : 200, found == null ? error("no such response") : found);
                return;
            }
            ObjectNode request =
                    (ObjectNode) JSON.readTree(exchange.getRequestBody().readAllBytes());
            asked.add(request);
            String wrong = wrong(request);
            if (wrong != null) {
                answer(exchange, 400, error(wrong));
                return;
            }
            ObjectNode response = response(request);
            if (request.path("stream").asBoolean(false)) {
                stream(exchange, response);
            } else {
                answer(exchange, 200, response);
            }
        }
    }

    private String wrong(ObjectNode request) {
        String previous = request.path("previous_response_id").asString("");
        if (!previous.isEmpty() && !kept.containsKey(previous)) {
            return "Previous response with id '" + previous + "' not found.";
        }
        for (JsonNode item : request.path("input")) {
            String type = item.path("type").asString("message");
            if (item.has("id")) {
                return "Item with id '" + item.path("id").asString() + "' not found.";
            }
            if (type.startsWith("mcp_")) {
                return "unexpected item " + type;
            }
        }
        for (JsonNode tool : request.path("tools")) {
            if (!tool.path("type").asString().equals("function")) {
                return "unexpected tool " + tool;
            }
        }
        return null;
    }

    private ObjectNode response(ObjectNode request) {
        ArrayNode output = outputs.poll();
        if (output == null) {
            output = JSON.createArrayNode();
            output.addObject()
                    .put("type", "message")
                    .put("id", "msg_" + asked.size())
                    .put("role", "assistant")
                    .put("status", "completed")
                    .putArray("content")
                    .addObject()
                    .put("type", "output_text")
                    .put("text", "all done")
                    .putArray("annotations");
        }
        ObjectNode response = JSON.createObjectNode()
                .put("id", "resp_provider" + asked.size())
                .put("object", "response")
                .put("created_at", 1)
                .put("status", "completed")
                .put("model", "m");
        response.set("output", output);
        response.putArray("tools");
        response.put("tool_choice", "auto").put("parallel_tool_calls", true);
        response.putObject("usage")
                .put("input_tokens", 20)
                .put("output_tokens", 10)
                .put("total_tokens", 30)
                .setAll(Map.of(
                        "input_tokens_details",
                                JSON.createObjectNode().put("cached_tokens", 0).put("cache_write_tokens", 0),
                        "output_tokens_details", JSON.createObjectNode().put("reasoning_tokens", 0)));
        if (request.path("store").asBoolean(true)) {
            kept.put(response.path("id").asString(), response);
        }
        return response;
    }

    /** How many it keeps. */
    synchronized int kept() {
        return kept.size();
    }

    private static ObjectNode error(String message) {
        ObjectNode error = JSON.createObjectNode();
        error.putObject("error").put("message", message).put("type", "invalid_request_error");
        return error;
    }

    private static void answer(HttpExchange exchange, int status, ObjectNode body) throws IOException {
        byte[] bytes = JSON.writeValueAsBytes(body);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static void stream(HttpExchange exchange, ObjectNode response) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        int number = 0;
        for (String type : List.of("response.created", "response.completed")) {
            ObjectNode event = JSON.createObjectNode().put("type", type).put("sequence_number", number++);
            ObjectNode said = response.deepCopy();
            if (type.endsWith("created")) {
                said.put("status", "in_progress").putNull("usage").putArray("output");
            }
            event.set("response", said);
            out.write(("event: " + type + "\ndata: " + event + "\n\n").getBytes(StandardCharsets.UTF_8));
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
