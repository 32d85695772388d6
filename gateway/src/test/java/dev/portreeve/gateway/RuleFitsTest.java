package dev.portreeve.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.cli.Terminal;
import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.fixture.Caller.Heard;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
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

    @Test
    void anArgumentOfAnotherTypeIsFoundByTheGatewayAndByCheck(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("note"), "milk");
        String rules = """
                  - { id: tools, effect: allow, servers: [sticky] }
                  - { id: typed, effect: deny, tools: [sticky__write], when: 'has(args.text) && args.text == 5' }
                """;
        try (GatewayFixture gateway =
                GatewayFixture.configured(folder, """
                tool-servers: [ { slug: sticky, command: COMMAND, definitions: trust } ]
                organisation: { tenants: [ { id: acme, agents: [ { id: bot } ] } ] }
                policies:
                """.replace("COMMAND", StickyNotes.command(folder)) + rules)) {
            URI url = URI.create("http://127.0.0.1:" + gateway.data().getPort() + "/mcp");
            String config = folder.resolve("portreeve.yaml").toString();
            try (Caller caller = new Caller(url, gateway.newKey("bot"))) {
                await().until(() ->
                        caller.modern("tools/list", "").messages().toString().contains("sticky__write"));
                String refusal = caller.modern(
                                "tools/call", "\"name\":\"sticky__write\",\"arguments\":{\"text\":\"secret\"}")
                        .messages()
                        .toString();
                assertTrue(refusal.contains("typed") && refusal.contains("text"), refusal);
                assertTrue(refusal.contains("is a string there"), refusal);
                assertEquals("milk", Files.readString(folder.resolve("note")), "it did not run");
            }
            GatewayFixture.Outcome checked = gateway.run("check", "--config", config);
            assertEquals(2, checked.exitCode(), checked.out() + checked.err());
            assertTrue(
                    checked.err().contains("rule \"typed\" does not fit \"sticky__write\": the argument \"text\""),
                    checked.err());
            Files.writeString(
                    folder.resolve("portreeve.yaml"),
                    Files.readString(folder.resolve("portreeve.yaml")).replace("args.text == 5", "args.text == \"b\""));
            GatewayFixture.Outcome mended = gateway.run("check", "--config", config);
            assertEquals(0, mended.exitCode(), mended.err());
            assertEquals("", mended.err());
            Files.writeString(
                    folder.resolve("portreeve.yaml"),
                    Files.readString(folder.resolve("portreeve.yaml"))
                            .replace("[sticky__write]", "[\"sticky__*\"]")
                            .replace("args.text == \"b\"", "args.texts == \"b\""));
            GatewayFixture.Outcome astray = gateway.run("check", "--config", config);
            assertEquals(2, astray.exitCode(), astray.err());
            assertTrue(astray.err().contains("\"texts\", which no tool that it is about has"), astray.err());
        }
    }

    @Test
    void checkSaysWhereItCouldNotLook(@TempDir Path folder) throws Exception {
        Path config = Files.writeString(folder.resolve("lonely.yaml"), """
            server: { data-directory: ./nothing }
            tool-servers: [ { slug: crm, url: "https://crm.example.com/mcp", definitions: trust } ]
            policies: [ { id: r, effect: deny, tools: [crm__note], when: 'args.text == "x"' } ]
            """);
        StringWriter err = new StringWriter();
        int code = Main.run(
                new Terminal(new PrintWriter(Writer.nullWriter()), new PrintWriter(err), name -> null, false),
                "check",
                "--config",
                config.toString());
        assertEquals(0, code, err.toString());
        assertTrue(
                err.toString().contains("not held against the definitions of tools: no gateway runs"), err.toString());
    }
}
