package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The page behind a signed link, on which one person decides about one ticket. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ApprovalPageTest {
    private static final String HOSTILE =
            "<script>alert(1)</script>\u202Etxt.exe\u200B p\u0430ypal ![x](http://e/) " + "x".repeat(900) + "TAIL";
    private GatewayFixture fixture;
    private Map<String, String> key;

    @BeforeAll
    void start(@TempDir Path folder) {
        fixture = new GatewayFixture(folder);
        key = Map.of("PORTREEVE_KEY", fixture.newKey("bot"));
    }

    @AfterAll
    void stop() {
        fixture.close();
    }

    private String ask(String text) {
        GatewayFixture.Outcome asked = fixture.run(key, "mcp", "call", "sticky__write", "text=" + text);
        Matcher ticket = Pattern.compile("ticket ([0-9a-f-]{36})").matcher(asked.out());
        assertTrue(ticket.find(), asked.out() + asked.err());
        return ticket.group(1);
    }

    private String link(String ticket, String approver) {
        GatewayFixture.Outcome made = fixture.run("approvals", "link", ticket, "--as", approver);
        assertEquals(0, made.exitCode(), made.err());
        URI link = URI.create(made.out().strip());
        assertEquals(fixture.admin().getAuthority(), link.getAuthority());
        return link.getPath();
    }

    private HttpResponse<String> look(String path) {
        return fixture.send("GET", path, "");
    }

    private static String token(String page) {
        Matcher token = Pattern.compile("name=\"csrf\" value=\"([^\"]+)\"").matcher(page);
        assertTrue(token.find(), page);
        return token.group(1);
    }

    private String state(String ticket) {
        JsonNode shown = JsonMapper.shared()
                .readTree(fixture.api("GET", "/api/v1/approvals/" + ticket, "").body());
        return shown.path("state").asString() + " " + shown.path("decided_by").asString("");
    }

    @Test
    void looking_decides_nothing_and_the_form_decides_once_as_the_person_of_the_link() {
        String ticket = ask("by link");
        String path = link(ticket, "ana");
        for (int i = 0; i < 3; i++) {
            assertEquals(200, look(path + "?decision=approve").statusCode());
        }
        String page = look(path).body();
        assertTrue(page.contains("You decide as <strong>ana</strong>"), page);
        assertEquals("pending ", state(ticket));
        String fields = "decision=approve&reason=fine&csrf=" + token(page);
        assertEquals(403, PageSession.form(fixture, path, "decision=approve").statusCode());
        assertEquals(
                403,
                PageSession.form(
                                fixture,
                                path,
                                "decision=approve&csrf="
                                        + token(look(link(ask("other"), "ana")).body()))
                        .statusCode());
        assertEquals("pending ", state(ticket));
        HttpResponse<String> decided = PageSession.form(fixture, path, fields);
        assertEquals(303, decided.statusCode(), decided.body());
        assertEquals(path, decided.headers().firstValue("location").orElse(""));
        assertEquals("approved ana", state(ticket));
        assertTrue(look(path).body().contains("This ticket waits no longer: approved by ana."));
        assertEquals(303, PageSession.form(fixture, path, fields).statusCode(), "a browser that repeats itself");
        assertEquals(
                409,
                PageSession.form(fixture, path, fields.replace("approve", "deny"))
                        .statusCode());
        assertEquals("approved ana", state(ticket));
    }

    @Test
    void the_middle_of_a_long_value_can_be_opened_on_both_pages_of_the_ticket() {
        String middle = "<b>middle</b>";
        String ticket = ask("a".repeat(1000) + middle + "\u202E" + "z".repeat(1000));
        String opened = "<summary>all 2014 characters</summary><div>" + "a".repeat(1000)
                + "&lt;b&gt;middle&lt;/b&gt;<span class=\"chip\">\\u{202e}</span>" + "z".repeat(1000) + "</div>";
        String page = look(link(ticket, "ana")).body();
        assertTrue(page.contains(opened), page);
        PageSession session = PageSession.signIn(fixture);
        String all = session.page();
        assertTrue(all.contains("href=\"/approvals/" + ticket + "\""), all);
        assertFalse(all.contains("middle"), "the page of all tickets stays short");
        String alone = fixture.send("GET", "/approvals/" + ticket, "", "Cookie", session.cookie())
                .body();
        assertTrue(alone.contains(opened), alone);
        assertFalse(alone.contains(middle), alone);
        assertEquals(401, look("/approvals/" + ticket).statusCode());
    }

    @Test
    void a_link_is_for_one_person_and_one_ticket() {
        String ticket = ask("mine");
        String other = ask("not mine");
        String path = link(ticket, "ana");
        assertNotEquals(path, link(ticket, "ben"));
        String signature = path.substring(path.lastIndexOf('/') + 1);
        String ben = link(ticket, "ben");
        for (String forged : new String[] {
            path.replace(ticket, other),
            ben.substring(0, ben.lastIndexOf('/') + 1) + signature,
            path.substring(0, path.length() - 1) + (path.endsWith("A") ? "B" : "A"),
            path.replace(ticket, "no-ticket"),
            "/approve/" + ticket + "/%00/x"
        }) {
            assertEquals(403, look(forged).statusCode(), forged);
            assertEquals(
                    403,
                    PageSession.form(fixture, forged, "decision=approve&csrf=x").statusCode(),
                    forged);
        }
        String own = link(ticket, "bot");
        HttpResponse<String> self = PageSession.form(
                fixture, own, "decision=approve&csrf=" + token(look(own).body()));
        assertEquals(403, self.statusCode());
        assertTrue(self.body().contains("nobody decides about their own call"), self.body());
        assertEquals("pending ", state(ticket));
    }

    @Test
    void what_will_run_is_shown_as_what_it_is_beside_the_last_call_that_was_approved() {
        String before = ask("plant the lemons");
        fixture.run("approvals", "approve", before);
        assertEquals(
                "written\n",
                fixture.run(key, "mcp", "call", "sticky__write", "text=plant the lemons")
                        .out());
        String page = look(link(ask(HOSTILE), "ana")).body();
        assertFalse(page.contains("<script>alert"), page);
        assertTrue(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), page);
        assertTrue(page.contains("<span class=\"chip\">\\u{202e}</span>"), page);
        assertTrue(page.contains("<span class=\"chip\">\\u{200b}</span>"), page);
        assertFalse(page.contains("\u202E") || page.contains("<img"), page);
        assertTrue(page.contains("mixes letters of several alphabets"), page);
        assertTrue(page.contains("characters left out") && page.contains("TAIL"), page);
        assertTrue(page.contains("sha-256 of the whole value"), page);
        assertTrue(page.contains("<td class=\"value changed\">plant the lemons</td>"), page);
        String same = look(link(ask("plant the lemons"), "ana")).body();
        assertTrue(same.contains("<td class=\"quiet\">the same</td>"), same);
    }
}
