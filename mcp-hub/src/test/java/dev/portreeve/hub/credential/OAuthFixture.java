package dev.portreeve.hub.credential;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A protected server's metadata and an authorization server, as documents that a test writes. */
final class OAuthFixture implements AutoCloseable {
    /** A request for a token: its form, and its Authorization header. */
    record Asked(Map<String, String> form, String authorization) {}

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, String> documents = new ConcurrentHashMap<>();
    private final List<String> requested = new CopyOnWriteArrayList<>();
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private volatile String refusal = "";
    private volatile long lifeSeconds = 3600;

    OAuthFixture() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    String base() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    URI mcp() {
        return URI.create(base() + "/mcp");
    }

    /** Puts a document up; {@code {base}} in it is this server. */
    OAuthFixture with(String path, String document) {
        documents.put(path, document.replace("{base}", base()));
        return this;
    }

    /** The usual pair of documents. */
    OAuthFixture usual() {
        return with(
                        "/.well-known/oauth-protected-resource/mcp",
                        "{\"resource\":\"{base}/mcp\",\"authorization_servers\":[\"{base}\"],\"scopes_supported\":[\"read\"]}")
                .with(
                        "/.well-known/oauth-authorization-server",
                        "{\"issuer\":\"{base}\",\"token_endpoint\":\"{base}/token\"}");
    }

    void refuse(String error) {
        refusal = error;
    }

    void tokensLive(long seconds) {
        lifeSeconds = seconds;
    }

    List<String> requested() {
        return requested;
    }

    List<Asked> asked() {
        return asked;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            byte[] body = exchange.getRequestBody().readAllBytes();
            if (path.equals("/token")) {
                asked.add(new Asked(
                        form(new String(body, StandardCharsets.UTF_8)),
                        String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"))));
                if (refusal.isEmpty()) {
                    send(
                            exchange,
                            200,
                            "{\"access_token\":\"token-" + asked.size() + "\",\"token_type\":\"Bearer\",\"expires_in\":"
                                    + lifeSeconds + "}");
                } else {
                    send(exchange, 400, "{\"error\":\"" + refusal + "\",\"error_description\":\"secret details\"}");
                }
                return;
            }
            requested.add(path);
            String document = documents.get(path);
            send(exchange, document == null ? 404 : 200, document == null ? "{}" : document);
        }
    }

    private static void send(HttpExchange exchange, int status, String json) throws IOException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static Map<String, String> form(String body) {
        Map<String, String> form = new LinkedHashMap<>();
        for (String pair : body.split("&", -1)) {
            int split = pair.indexOf('=');
            form.put(pair.substring(0, split), URLDecoder.decode(pair.substring(split + 1), StandardCharsets.UTF_8));
        }
        return form;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
