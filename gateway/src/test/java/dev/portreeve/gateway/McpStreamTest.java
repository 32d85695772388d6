package dev.portreeve.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.fixture.EventTap;
import dev.portreeve.hub.fixture.HttpFixture;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The GET stream of a session through the whole gateway, on the real edge. */
class McpStreamTest {
    private static final String INITIALIZE =
            "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-11-25\","
                    + "\"capabilities\":{}}}";

    private static void change(HttpFixture fixture, int times) {
        // Each time other than before, so that each is a change for whoever may see it.
        fixture.tools().context().otherSecrets();
        fixture.announce("prompts");
        await().until(() ->
                fixture.seen().stream().filter("prompts/list"::equals).count() > times);
    }

    @Test
    void aBrokenStreamIsTakenUpByTheLastEventsId(@TempDir Path folder) throws Exception {
        try (HttpFixture fixture = HttpFixture.modern().talkative();
                GatewayFixture gateway = GatewayFixture.configured(
                        folder, """
                tool-servers:
                  - { slug: fix, url: "URL", definitions: trust }
                organisation: { tenants: [{ id: acme, agents: [{ id: reader }] }] }
                policies:
                  - { id: everything, effect: allow, tools: ["*"], prompts: ["*"], resources: ["*"] }
                """.replace("URL", fixture.url().toString()))) {
            URI url = URI.create("http://127.0.0.1:" + gateway.data().getPort() + "/mcp");
            try (Caller reader = new Caller(url, gateway.newKey("reader"))) {
                Map<String, String> session = new HashMap<>();
                session.put("MCP-Protocol-Version", "2025-11-25");
                session.put("Accept", "application/json, text/event-stream");
                session.put("Mcp-Session-Id", reader.post(Map.of(), INITIALIZE).header("mcp-session-id"));
                reader.post(session, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"prompts/list\"}")
                        .result();
                await().until(() -> fixture.listeners() == 1);
                EventTap first = reader.listen(session);
                assertEquals("0-0", first.next().id(), "where to take it up");
                change(fixture, 1);
                assertEquals("0-1", first.next().id());
                first.close();
                change(fixture, 2);

                session.put("Last-Event-ID", "0-1");
                try (EventTap second = reader.listen(session)) {
                    assertEquals("0-1", second.next().id(), "goes on from there");
                    EventTap.Event missed = second.next();
                    assertEquals("0-2", missed.id());
                    assertEquals("notifications/prompts/list_changed", missed.method());
                    session.put("Last-Event-ID", "9-9");
                    try (EventTap unknown = reader.listen(session)) {
                        assertEquals(400, unknown.status(), "a stream that is not kept");
                    }
                    session.remove("Last-Event-ID");
                    try (EventTap third = reader.listen(session)) {
                        assertEquals(200, third.status());
                        assertTrue(second.ends(), "the second takes the first one's place");
                    }
                }
            }
        }
    }
}
