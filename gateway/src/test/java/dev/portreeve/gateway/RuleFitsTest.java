package dev.portreeve.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.fixture.Caller.Heard;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tool whose definition does not have what a rule about it speaks of is not called. */
class RuleFitsTest {
    @Test
    void aToolThatRulesDoNotFitIsRefusedAndSaysWhy(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("note"), "milk");
        try (GatewayFixture gateway =
                GatewayFixture.configured(folder, """
                tool-servers: [ { slug: sticky, command: COMMAND, definitions: trust } ]
                organisation: { tenants: [ { id: acme, agents: [ { id: bot } ] } ] }
                policies:
                  - { id: tools, effect: allow, servers: [sticky] }
                  - { id: misspelt, effect: deny, tools: [sticky__write], when: 'has(args.txt) && args.txt.contains("secret")' }
                  - { id: fits, effect: deny, tools: [sticky__read], when: 'has(args.text) && args.text.contains("secret")' }
                  - { id: any, effect: deny, tools: ["sticky__*"], when: 'has(args.nothing) && args.nothing == 1' }
                """.replace("COMMAND", StickyNotes.command(folder)))) {
            URI url = URI.create("http://127.0.0.1:" + gateway.data().getPort() + "/mcp");
            try (Caller caller = new Caller(url, gateway.newKey("bot"))) {
                await().until(() ->
                        caller.modern("tools/list", "").messages().toString().contains("sticky__write"));
                Heard written =
                        caller.modern("tools/call", "\"name\":\"sticky__write\",\"arguments\":{\"text\":\"secret\"}");
                String refusal = written.messages().toString();
                assertTrue(refusal.contains("misspelt") && refusal.contains("txt"), refusal);
                assertEquals("milk", Files.readString(folder.resolve("note")), "it did not run");
                assertEquals(
                        "milk",
                        caller.modern("tools/call", "\"name\":\"sticky__read\",\"arguments\":{}")
                                .text());
            }
        }
    }
}
