package dev.portreeve.gateway.http;

import static dev.portreeve.gateway.http.Caller.header;
import static dev.portreeve.gateway.http.Caller.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.config.HostPort;
import dev.portreeve.gateway.config.ServerConfig;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.http.WritableHeaders;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the edge does before and around the hub. What the hub says is the hub's own tests' business. */
class McpPathTest {
    private static final Map<String, String> MCP = Map.of("Accept", "application/json, text/event-stream");

    private EdgeFixture edge;
    private Caller caller;

    @BeforeEach
    void start() {
        edge = new EdgeFixture()
                .limited(EdgeFixture.limits(4096, Duration.ofSeconds(20), Duration.ofSeconds(15)))
                .start();
        caller = new Caller(edge);
    }

    @AfterEach
    void stop() {
        caller.close();
        edge.close();
    }

    @Test
    void a_known_key_reaches_the_hub() throws Exception {
        byte[] initialize =
                ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-11-25\","
                                + "\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}")
                        .getBytes(StandardCharsets.UTF_8);
        HttpResponse<byte[]> response = caller.post("/mcp", initialize, MCP);
        assertEquals(200, response.statusCode(), text(response));
        assertTrue(text(response).contains("serverInfo"), text(response));
    }

    @Test
    void a_view_that_is_not_there_says_so() throws Exception {
        HttpResponse<byte[]> response = caller.post("/mcp/no%22thing", "{}".getBytes(StandardCharsets.UTF_8), MCP);
        assertEquals(404, response.statusCode(), text(response));
        assertTrue(text(response).contains("there is no view \\\"no\\\"thing\\\""), text(response));
        assertEquals("application/json", header(response, "content-type"));
    }

    @Test
    void without_a_key_nobody_does() throws Exception {
        HttpResponse<byte[]> response =
                caller.post("/mcp", "{}".getBytes(StandardCharsets.UTF_8), Map.of("Authorization", "Bearer prk_wrong"));
        assertEquals(401, response.statusCode());
        assertTrue(header(response, "www-authenticate").startsWith("Bearer"));
        assertTrue(text(response).contains("\"jsonrpc\":\"2.0\",\"id\":null,\"error\""), text(response));
    }

    @Test
    void the_challenge_says_where_the_metadata_of_the_very_path_is() throws Exception {
        for (String path : List.of("/mcp", "/mcp/files")) {
            HttpResponse<byte[]> refused = caller.post(
                    path, "{}".getBytes(StandardCharsets.UTF_8), Map.of("Authorization", "Bearer prk_wrong"));
            String challenge = header(refused, "www-authenticate");
            String origin = edge.uri("/").toString().replaceFirst("/$", "");
            assertEquals(
                    "Bearer error=\"invalid_token\", resource_metadata=\"" + origin
                            + "/.well-known/oauth-protected-resource" + path + "\"",
                    challenge);
            HttpResponse<byte[]> metadata =
                    caller.send("GET", "/.well-known/oauth-protected-resource" + path, Map.of("Authorization", ""));
            assertEquals(200, metadata.statusCode());
            assertTrue(header(metadata, "content-type").startsWith("application/json"));
            assertEquals(
                    "{\"resource\":\"" + origin + path
                            + "\",\"resource_name\":\"Portreeve\",\"bearer_methods_supported\":[\"header\"]}",
                    text(metadata));
        }
    }

    @Test
    void the_metadata_at_the_root_is_that_of_all_servers() throws Exception {
        HttpResponse<byte[]> metadata = caller.send("GET", "/.well-known/oauth-protected-resource", Map.of());
        assertTrue(text(metadata).contains("/mcp\""), text(metadata));
        HttpResponse<byte[]> rebound =
                caller.send("GET", "/.well-known/oauth-protected-resource", Map.of("Origin", "https://evil.example"));
        assertEquals(403, rebound.statusCode());
    }

    @Test
    void a_name_that_points_here_but_is_not_ours_is_refused() throws Exception {
        try (Socket socket = new Socket("127.0.0.1", edge.uri("/").getPort())) {
            socket.getOutputStream()
                    .write(("POST /mcp HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\nAuthorization: Bearer "
                                    + EdgeFixture.KEY
                                    + "\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
                            .getBytes(StandardCharsets.UTF_8));
            String answer = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))
                    .readLine();
            assertTrue(answer.startsWith("HTTP/1.1 403"), answer);
        }
    }

    @Test
    void a_page_of_another_origin_is_refused() throws Exception {
        HttpResponse<byte[]> response =
                caller.post("/mcp", "{}".getBytes(StandardCharsets.UTF_8), Map.of("Origin", "https://evil.example"));
        assertEquals(403, response.statusCode());
    }

    @Test
    void a_body_over_the_limit_is_refused() throws Exception {
        HttpResponse<byte[]> response = caller.post("/mcp", new byte[5000], MCP);
        assertEquals(413, response.statusCode());
    }

    @ParameterizedTest
    @CsvSource({
        "localhost,,true",
        "localhost:8080,,true",
        "127.0.0.1:8080,,true",
        "[::1]:8080,,true",
        "gateway.internal,,true",
        "agents.example.com,,true",
        "evil.example:8080,,false",
        "localhost.evil.example,,false",
        "localhost,http://localhost:3000,true",
        "localhost,https://agents.example.com,true",
        "localhost,https://evil.example,false",
        "localhost,null,false",
    })
    void hosts_and_origins(String host, String origin, boolean allowed) {
        KnownHosts hosts = new KnownHosts(new ServerConfig(
                new HostPort("127.0.0.1", 8080),
                new HostPort("127.0.0.1", 8081),
                URI.create("https://agents.example.com"),
                null,
                List.of("gateway.internal"),
                Path.of("data"),
                false));
        WritableHeaders<?> headers = WritableHeaders.create();
        headers.set(HeaderNames.HOST, host);
        if (origin != null) {
            headers.set(HeaderNames.ORIGIN, origin);
        }
        assertEquals(allowed, hosts.allow(ServerRequestHeaders.create(headers)));
    }
}
