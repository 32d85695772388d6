package dev.portreeve.hub.north;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.fixture.HubWorld;
import dev.portreeve.hub.fixture.StdioFixture;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The official Java SDK's client, at every version of the older era that it speaks, as a stranger to our code. */
class McpSdkClientTest {
    private HubWorld world;

    @BeforeEach
    void start() throws Exception {
        world = HubWorld.with(HubWorld.stdio("pipe", StdioFixture.command("modern")));
    }

    @AfterEach
    void stop() {
        world.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"2025-11-25", "2025-06-18", "2025-03-26"})
    void listsCallsHearsProgressAndPings(String version) {
        List<String> progress = new CopyOnWriteArrayList<>();
        HttpClientStreamableHttpTransport transport = HttpClientStreamableHttpTransport.builder(
                        world.edge().origin().toString())
                .endpoint("/mcp")
                .supportedProtocolVersions(List.of(version))
                .requestBuilder(HttpRequest.newBuilder().header("Authorization", "Bearer alice"))
                .build();
        try (McpSyncClient client = McpClient.sync(transport)
                .requestTimeout(Duration.ofSeconds(20))
                .progressConsumer(report -> progress.add(report.progressToken() + " " + report.message()))
                .build()) {
            assertEquals(version, client.initialize().protocolVersion());
            client.ping();
            List<String> tools = client.listTools().tools().stream()
                    .map(McpSchema.Tool::name)
                    .toList();
            assertTrue(tools.containsAll(List.of("pipe__echo", "pipe__steps")), tools.toString());
            McpSchema.CallToolResult echoed = client.callTool(call("pipe__echo", Map.of("text", "hello"), Map.of()));
            assertEquals("hello", ((McpSchema.TextContent) echoed.content().getFirst()).text());
            McpSchema.CallToolResult stepped =
                    client.callTool(call("pipe__steps", Map.of(), Map.of("progressToken", "sdk")));
            assertEquals("done", ((McpSchema.TextContent) stepped.content().getFirst()).text());
            // The SDK hands every report to a thread of its own, so they may overtake each other, and the answer, in
            // there.
            List<String> expected = List.of("sdk step 1", "sdk step 2", "sdk step 3");
            await().until(() -> progress.stream().sorted().toList().equals(expected));
            McpSchema.CallToolResult failed = client.callTool(call("pipe__fail", Map.of(), Map.of()));
            assertTrue(failed.isError());
            McpError unknown =
                    assertThrows(McpError.class, () -> client.callTool(call("pipe__nothing", Map.of(), Map.of())));
            assertEquals(-32602, unknown.getJsonRpcError().code());
            assertNotNull(client.getServerCapabilities().prompts());
        }
    }

    private static McpSchema.CallToolRequest call(
            String tool, Map<String, Object> arguments, Map<String, Object> meta) {
        return new McpSchema.CallToolRequest(tool, arguments, meta);
    }
}
