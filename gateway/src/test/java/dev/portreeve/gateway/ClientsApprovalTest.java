package dev.portreeve.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.exception.ToolExecutionException;
import dev.langchain4j.mcp.client.DefaultMcpClient;
import dev.langchain4j.mcp.client.transport.http.StreamableHttpMcpTransport;
import dev.portreeve.hub.fixture.HttpFixture;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/**
 * The clients that programs in Java have, from a call that asks over the yes of a person to the result: whoever repeats the same call
 * gets it once, and whoever repeats it again asks again.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClientsApprovalTest {
    private static final Pattern TICKET = Pattern.compile("ticket ([0-9a-f-]{36})");
    private HttpFixture server;
    private GatewayFixture gateway;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        server = HttpFixture.modern();
        gateway = GatewayFixture.configured(
                folder, """
                tool-servers: [ { slug: notes, url: "NOTES", definitions: trust } ]
                organisation: { tenants: [ { id: acme, users: [ { id: ann } ], agents: [ { id: bot } ] } ] }
                policies: [ { id: write, effect: require-approval, tools: [notes__echo], approvers: [ann] } ]
                approvals: { hold: 1ms }
                """.replace("NOTES", server.url().toString()));
    }

    @AfterAll
    void stop() throws Exception {
        gateway.close();
        server.close();
    }

    private String listener() {
        return "http://127.0.0.1:" + gateway.data().getPort();
    }

    /**
     * @param text of this client alone, since a no to the same call would hold for both
     * @param say calls the tool with a text, and gives the text of the result
     */
    private void asksAndRuns(String text, UnaryOperator<String> say) {
        String ticket = ticket(say.apply(text));
        assertEquals(ticket, ticket(say.apply(text)), "the same call asks with the same ticket");
        GatewayFixture.Outcome approved = gateway.run("approvals", "approve", ticket, "--as", "ann");
        assertEquals(0, approved.exitCode(), approved.err());
        assertNotEquals(ticket, ticket(say.apply(text + " And limes.")), "another call asks for itself");
        String ran = say.apply(text);
        assertTrue(ran.contains(text) && !TICKET.matcher(ran).find(), ran);
        String again = ticket(say.apply(text));
        assertNotEquals(ticket, again, "a yes is for one call");
        assertEquals(
                0,
                gateway.run("approvals", "deny", again, "--as", "ann", "--reason", "once is enough")
                        .exitCode());
        String refused = say.apply(text);
        assertTrue(refused.contains("once is enough"), refused);
    }

    private static String ticket(String answer) {
        Matcher found = TICKET.matcher(answer);
        assertTrue(found.find(), answer);
        return found.group(1);
    }

    @Test
    void langChain4j() throws Exception {
        String key = gateway.newKey("bot");
        try (DefaultMcpClient client = new DefaultMcpClient.Builder()
                .transport(new StreamableHttpMcpTransport.Builder()
                        .url(listener() + "/mcp")
                        .customHeaders(Map.of("Authorization", "Bearer " + key))
                        .build())
                .cacheToolList(false)
                .build()) {
            await().until(() ->
                    client.listTools().stream().anyMatch(tool -> tool.name().equals("notes__echo")));
            asksAndRuns("Plant the lemons.", text -> {
                ToolExecutionRequest request = ToolExecutionRequest.builder()
                        .name("notes__echo")
                        .arguments(JsonMapper.shared().writeValueAsString(Map.of("text", text)))
                        .build();
                try {
                    return client.executeTool(request).resultText();
                } catch (ToolExecutionException told) {
                    // What an agent's model is told of a result that is an error.
                    return told.getMessage();
                }
            });
        }
    }

    @Test
    void javaSdkOfMcp() {
        String key = gateway.newKey("bot");
        try (McpSyncClient client = McpClient.sync(HttpClientStreamableHttpTransport.builder(listener())
                        .endpoint("/mcp")
                        .requestBuilder(HttpRequest.newBuilder().header("Authorization", "Bearer " + key))
                        .build())
                .build()) {
            client.initialize();
            await().until(() -> client.listTools().tools().stream()
                    .anyMatch(tool -> tool.name().equals("notes__echo")));
            asksAndRuns(
                    "Prune the figs.",
                    text -> text(client.callTool(CallToolRequest.builder("notes__echo")
                            .arguments(Map.of("text", text))
                            .build())));
        }
    }

    private static String text(CallToolResult result) {
        return ((TextContent) result.content().getFirst()).text();
    }
}
