package dev.portreeve.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.notice.MailServer;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** Each person who is asked gets a mail with what will run and a page of their own. */
final class ApproverMailTest {
    private static final String CONFIGURATION = """
        providers: [{ id: demo, kind: demo }]
        models: [{ name: demo, route: { targets: [{ model: demo/parrot }] }, max-output-tokens: 100 }]
        tool-servers: [{ slug: sticky, command: STICKY, trust-annotations: true, definitions: trust }]
        organisation:
          tenants:
            - id: acme
              users:
                - { id: ana, email: ana@example.com }
                - { id: ben, email: ben@example.com }
                - { id: cleo, email: cleo@example.com }
                - { id: dora }
              agents: [{ id: bot }]
        policies: [{ id: write, effect: require-approval, tools: [sticky__write], approvers: [ana, ben, dora] }]
        approvals: { hold: 1ms }
        notices: { email: { from: portreeve@example.com, host: localhost, port: PORT, security: none } }
        """;

    @Test
    void who_is_asked_is_sent_what_will_run_and_a_page_that_is_theirs(@TempDir Path folder) throws Exception {
        try (MailServer mail = MailServer.plain();
                GatewayFixture gateway = GatewayFixture.configured(
                        folder,
                        CONFIGURATION
                                .replace("STICKY", StickyNotes.command(folder))
                                .replace("PORT", String.valueOf(mail.port())))) {
            GatewayFixture.Outcome asked = gateway.run(
                    Map.of("PORTREEVE_KEY", gateway.newKey("bot")),
                    "mcp",
                    "call",
                    "sticky__write",
                    "text=pay\r\nBcc: all@example.com \u202Exe");
            Matcher ticket = Pattern.compile("ticket ([0-9a-f-]{36})").matcher(asked.out());
            assertTrue(ticket.find(), asked.out() + asked.err());
            await().until(() -> mail.texts().size() == 2);
            List<String> texts = mail.texts();
            for (String text : texts) {
                assertTrue(text.startsWith("[portreeve] bot wants to call sticky__write"), text);
                assertTrue(text.contains("/text = pay\\u{d}\\u{a}Bcc: all@example.com \\u{202e}xe"), text);
                assertFalse(text.contains("\u202E"), text);
            }
            String forAna = texts.stream()
                    .filter(text -> text.contains("Decide as ana "))
                    .findFirst()
                    .orElseThrow();
            assertTrue(texts.stream().anyMatch(text -> text.contains("Decide as ben ")));
            String ben = texts.stream()
                    .filter(text -> text.contains("Decide as ben "))
                    .findFirst()
                    .orElseThrow();
            Matcher link = Pattern.compile("http://\\S+/approve/\\S+").matcher(forAna);
            assertTrue(link.find(), forAna);
            assertFalse(ben.contains(link.group()), "nobody is sent another's page");
            String page = URI.create(link.group()).getPath();
            String shown = gateway.send("GET", page, "").body();
            assertTrue(shown.contains("You decide as <strong>ana</strong>"), shown);
            assertEquals(
                    "pending",
                    JsonMapper.shared()
                            .readTree(gateway.api("GET", "/api/v1/approvals/" + ticket.group(1), "")
                                    .body())
                            .path("state")
                            .asString(),
                    "a mail program that opens links decides nothing");
        }
    }
}
