package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AdminPageTest {
    private static final String HOSTILE = "<script>alert(1)</script>\u202Etxt.exe\" onclick='x' ![x](http://e/)";
    private GatewayFixture fixture;

    @BeforeAll
    void start(@TempDir Path folder) {
        fixture = new GatewayFixture(folder);
    }

    @AfterAll
    void stop() {
        fixture.close();
    }

    private String ask(String text) {
        GatewayFixture.Outcome asked =
                fixture.run("mcp", "call", "--key", fixture.newKey("bot"), "sticky__write", "text=" + text);
        Matcher ticket = Pattern.compile("ticket ([0-9a-f-]{36})").matcher(asked.out());
        assertTrue(ticket.find(), asked.out() + asked.err());
        return ticket.group(1);
    }

    @Test
    void without_a_session_there_is_only_the_way_in() {
        HttpResponse<String> page = fixture.send("GET", "/", "");
        assertEquals(401, page.statusCode());
        assertTrue(page.body().contains("portreeve admin-link"));
        assertFalse(page.body().contains("Budgets"));
        assertEquals(401, fixture.send("GET", "/live", "").statusCode());
        assertEquals(
                401,
                fixture.send("GET", "/", "", "Cookie", "portreeve_session=guess")
                        .statusCode());
    }

    @Test
    void a_link_is_used_up_by_its_form_and_not_by_looking() {
        String path = fixture.gateway.newAdminLink().toString();
        String query = path.substring(path.indexOf("/login"));
        for (int i = 0; i < 3; i++) {
            assertEquals(200, fixture.send("GET", query, "").statusCode());
        }
        String code = query.substring(query.indexOf("code="));
        HttpResponse<String> first = PageSession.form(fixture, "/login", code);
        assertEquals(303, first.statusCode());
        String cookie = first.headers().firstValue("set-cookie").orElse("");
        assertTrue(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), cookie);
        HttpResponse<String> second = PageSession.form(fixture, "/login", code);
        assertEquals(401, second.statusCode());
        assertTrue(second.headers().firstValue("set-cookie").isEmpty());
    }

    @Test
    void the_page_says_what_it_is_allowed_to_do() {
        HttpResponse<String> page = fixture.send(
                "GET", "/", "", "Cookie", PageSession.signIn(fixture).cookie());
        assertEquals(200, page.statusCode());
        String policy = page.headers().firstValue("content-security-policy").orElse("");
        assertTrue(policy.startsWith("default-src 'none'"), policy);
        assertTrue(policy.contains("frame-ancestors 'none'"), policy);
        assertFalse(policy.contains("unsafe"), policy);
        assertEquals("no-store", page.headers().firstValue("cache-control").orElse(""));
        assertEquals(
                "nosniff", page.headers().firstValue("x-content-type-options").orElse(""));
    }

    @Test
    void arguments_are_shown_and_never_become_markup() {
        String ticket = ask(HOSTILE);
        String page = PageSession.signIn(fixture).page();
        assertTrue(page.contains(ticket));
        assertFalse(page.contains("<script>alert"), page);
        assertTrue(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), page);
        assertTrue(page.contains("<span class=\"chip\">\\u{202e}</span>"), page);
        assertFalse(page.contains("\u202E"));
        assertFalse(page.contains("<img"));
    }

    /** A browser presses a form's first button at the key Enter, unless it cannot be pressed. */
    @Test
    void no_form_that_decides_is_sent_by_the_key_enter() {
        ask("first");
        ask("second");
        String page = PageSession.signIn(fixture).page();
        String[] forms = page.split("class=\"decide\"", -1);
        assertTrue(forms.length > 3, "one for each ticket and one for several");
        for (int i = 1; i < forms.length; i++) {
            String form = forms[i];
            assertTrue(form.indexOf("<button type=\"submit\" disabled") < form.indexOf("name=\"decision\""), form);
        }
    }

    @Test
    void a_decision_needs_the_form_of_this_session_from_this_site() {
        String ticket = ask("guarded");
        PageSession session = PageSession.signIn(fixture);
        String path = "/approvals/" + ticket;
        String fields = "decision=approve&csrf=" + session.csrf();
        HttpResponse<String> shown = fixture.send("GET", path + "?" + fields, "", "Cookie", session.cookie());
        assertEquals(200, shown.statusCode(), "that address shows the ticket, and decides nothing");
        assertTrue(shown.body().contains("Approve"), "it still waits");
        assertEquals(401, PageSession.form(fixture, path, fields).statusCode());
        assertEquals(403, session.submit(path, "decision=approve").statusCode());
        assertEquals(
                403,
                session.submit(
                                path,
                                "decision=approve&csrf="
                                        + PageSession.signIn(fixture).csrf())
                        .statusCode());
        assertEquals(
                403,
                session.submit(path, fields, "Origin", "http://evil.example.com")
                        .statusCode());
        assertEquals(
                403,
                session.submit(path, fields, "Sec-Fetch-Site", "cross-site").statusCode());
        assertTrue(session.page().contains(ticket), "it still waits");
        assertEquals(
                303,
                session.submit(path, fields, "Origin", fixture.admin().toString())
                        .statusCode());
        assertFalse(session.page().contains(path), "it waits no more");
    }

    @Test
    void calls_budgets_and_evidence_are_on_the_page() {
        ask("seen");
        PageSession session = PageSession.signIn(fixture);
        assertEquals(303, session.submit("/verify", "csrf=" + session.csrf()).statusCode());
        String page = session.page();
        assertTrue(page.contains("sticky__write"));
        assertTrue(page.contains("awaiting approval"));
        assertTrue(page.contains("after a person agrees: rules write (require-approval, matched)"), page);
        assertTrue(page.contains("tenant acme"));
        assertTrue(page.contains("complete and unaltered"), page);
        assertTrue(page.contains("3 tools"));
    }

    @Test
    void signing_out_ends_the_session() {
        PageSession session = PageSession.signIn(fixture);
        assertEquals(303, session.submit("/logout", "csrf=" + session.csrf()).statusCode());
        assertEquals(
                401, fixture.send("GET", "/", "", "Cookie", session.cookie()).statusCode());
    }
}
