package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The page that a caller's program may show to its user while somebody else is asked. */
final class WaitingPageTest {
    private static HttpResponse<String> look(GatewayFixture fixture, URI page, String method)
            throws IOException, InterruptedException {
        return fixture.http.send(
                HttpRequest.newBuilder(page)
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static JsonNode call(GatewayFixture fixture, String key) throws IOException, InterruptedException {
        String body = """
            {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"sticky__write","arguments":{"text":"hello"},
             "_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",
                      "io.modelcontextprotocol/clientCapabilities":{"elicitation":{"url":{}}}}}}
            """;
        return JsonMapper.shared()
                .readTree(fixture.http
                        .send(
                                HttpRequest.newBuilder(fixture.data().resolve("/mcp"))
                                        .header("Authorization", "Bearer " + key)
                                        .header("Content-Type", "application/json")
                                        .header("Accept", "application/json, text/event-stream")
                                        .header("MCP-Protocol-Version", "2026-07-28")
                                        .header("Mcp-Method", "tools/call")
                                        .header("Mcp-Name", "sticky__write")
                                        .POST(HttpRequest.BodyPublishers.ofString(body))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString())
                        .body());
    }

    @Test
    void shows_how_it_stands_and_decides_nothing(@TempDir Path folder) throws Exception {
        try (GatewayFixture fixture = new GatewayFixture(folder)) {
            JsonNode asked = call(fixture, fixture.newKey("bot"));
            JsonNode params = asked.at("/result/inputRequests/approval/params");
            URI page = URI.create(params.path("url").asString());
            assertEquals(fixture.data().getAuthority(), page.getAuthority());
            HttpResponse<String> waiting = look(fixture, page, "GET");
            assertEquals(200, waiting.statusCode());
            assertTrue(waiting.body().contains("<strong>sticky__write</strong>"), waiting.body());
            assertTrue(waiting.body().contains("It waits for an approver"), waiting.body());
            assertFalse(waiting.body().contains("hello"), "arguments are for those who decide");
            assertFalse(waiting.body().contains("<form"), waiting.body());
            assertEquals(
                    "no-store", waiting.headers().firstValue("cache-control").orElse(""));
            for (String method : new String[] {"POST", "PUT", "DELETE"}) {
                assertEquals(404, look(fixture, page, method).statusCode());
            }
            URI other = URI.create(page + "x");
            assertEquals(404, look(fixture, other, "GET").statusCode());
            String ticket =
                    asked.at("/result/_meta/dev.portreeve~1approval-ticket").asString();
            assertEquals(0, fixture.run("approvals", "approve", ticket).exitCode());
            assertTrue(look(fixture, page, "GET").body().contains("It is approved"));
        }
    }
}
