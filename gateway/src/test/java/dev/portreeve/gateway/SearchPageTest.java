package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Records are searched and looked at on the admin page. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SearchPageTest {
    private static final String HOSTILE = "<script>alert(1)</script>\\u202e\\\"'><img src=x>";
    private static final Pattern RECORD = Pattern.compile("href=\"(/records/([0-9a-f-]{36})\\?tenant=[a-z]+)\"");
    private GatewayFixture fixture;
    private PageSession session;

    @BeforeAll
    void start(@TempDir Path folder) {
        fixture = new GatewayFixture(folder);
        session = PageSession.signIn(fixture);
        for (int i = 0; i < 60; i++) {
            fixture.execute(
                    "INSERT INTO audit.record (tenant, id, at, kind, leaf) SELECT 'acme', gen_random_uuid(), now() - interval '1 s' * "
                            + i
                            + ", 'admin.action', convert_to('{\"kind\":\"admin.action\",\"outcome\":\"done\",\"reason\":\""
                            + HOSTILE.replace("'", "''") + "\",\"resource\":\"thing-" + i
                            + "\"}', 'UTF8')");
        }
        Awaitility.await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            String page = get("/search?resource=thing-59").body();
            assertTrue(page.contains(">thing-59</td>"), page);
        });
    }

    @AfterAll
    void stop() {
        fixture.close();
    }

    private HttpResponse<String> get(String path) {
        return fixture.send("GET", path, "", "Cookie", session.cookie());
    }

    private static Set<String> ids(String page) {
        Set<String> ids = new HashSet<>();
        Matcher matcher = RECORD.matcher(page);
        while (matcher.find()) {
            ids.add(matcher.group(2));
        }
        return ids;
    }

    @Test
    void only_a_session_opens_it_and_other_pages_lead_there() {
        for (String path : new String[] {"/search", "/records/0198b2a4-7c1e-7000-8000-000000000000"}) {
            HttpResponse<String> stranger = fixture.send("GET", path, "");
            assertEquals(401, stranger.statusCode());
            assertFalse(stranger.body().contains("thing-"));
        }
        assertTrue(session.page().contains("href=\"/search\""));
        assertEquals(
                404,
                fixture.send("POST", "/search", "", "Cookie", session.cookie()).statusCode());
    }

    @Test
    void what_others_wrote_never_becomes_markup() {
        HttpResponse<String> page = get("/search?resource=thing-7&reason=&session=%22%3E%3Cscript%3Ealert(2)");
        assertEquals(200, page.statusCode());
        assertTrue(page.body().contains("value=\"&quot;&gt;&lt;script&gt;alert(2)\""), page.body());
        String found = get("/search?resource=thing-7").body();
        assertFalse(found.contains("<script>alert"), found);
        assertFalse(found.contains("<img"), found);
        assertFalse(found.contains("\u202e"), found);
        assertTrue(found.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), found);
        Matcher link = RECORD.matcher(found);
        assertTrue(link.find(), found);
        HttpResponse<String> record = get(link.group(1));
        assertEquals(200, record.statusCode());
        assertFalse(record.body().contains("<script>alert"), record.body());
        assertFalse(record.body().contains("<img") || record.body().contains("\u202e"), record.body());
        assertTrue(record.body().contains("thing-7"), record.body());
        String policy = page.headers().firstValue("content-security-policy").orElse("");
        assertTrue(policy.contains("default-src 'none'") && policy.contains("form-action 'self'"), policy);
    }

    @Test
    void pages_meet_and_keep_what_was_asked() {
        String first = get("/search?kind=admin.action&outcome=done").body();
        Set<String> all = ids(first);
        assertEquals(50, all.size());
        Matcher older = Pattern.compile("href=\"([^\"]*after=[^\"]*)\"").matcher(first);
        assertTrue(older.find(), first);
        String next = get(older.group(1).replace("&amp;", "&")).body();
        all.addAll(ids(next));
        assertEquals(60, all.size());
        assertFalse(next.contains(">Older<"));
        assertTrue(next.contains("href=\"/search?outcome=done&amp;kind=admin.action\""), next);
        assertTrue(next.contains("value=\"admin.action\""));
    }

    @Test
    void a_call_is_found_and_opens_with_its_way_and_its_records() {
        fixture.run("mcp", "call", "--key", fixture.newKey("bot"), "sticky__read");
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> !ids(get("/search?resource=sticky__read&outcome=completed")
                                .body())
                        .isEmpty());
        String found = get("/search?resource=sticky__read&member=bot").body();
        Matcher link = RECORD.matcher(found);
        assertTrue(link.find(), found);
        String call = get(link.group(1)).body();
        assertTrue(call.contains("<h3>call.opened</h3>") && call.contains("<h3>call.closed</h3>"), call);
        assertTrue(call.contains("permitted: "), call);
        assertTrue(get("/search?call=" + link.group(2)).body().contains(link.group(2)));
    }

    @Test
    void what_cannot_be_searched_for_is_said_beside_the_form() {
        HttpResponse<String> wrong = get("/search?since=yesterday&member=anna");
        assertEquals(400, wrong.statusCode());
        assertTrue(wrong.body().contains("is a day such as 2026-11-01"), wrong.body());
        assertTrue(wrong.body().contains("value=\"anna\""), wrong.body());
        assertEquals(400, get("/search?call=1").statusCode());
        assertEquals(400, get("/search?after=there").statusCode());
        assertEquals(400, get("/records/1").statusCode());
        assertEquals(404, get("/records/0198b2a4-7c1e-7000-8000-000000000000").statusCode());
        assertTrue(get("/search?member=nobody-of-that-name").body().contains("Nothing was found."));
    }

    @Test
    void where_it_is_off_it_says_so_and_calls_are_found_by_their_id(@TempDir Path folder) {
        try (GatewayFixture off = new GatewayFixture(folder, "audit: { search: off }\n")) {
            off.run("mcp", "call", "--key", off.newKey("bot"), "sticky__read");
            PageSession there = PageSession.signIn(off);
            HttpResponse<String> page = off.send("GET", "/search?member=bot", "", "Cookie", there.cookie());
            assertEquals(409, page.statusCode());
            assertTrue(page.body().contains("audit.search is off"), page.body());
            GatewayFixture.Outcome refused = off.run("audit", "search", "--member", "bot");
            assertTrue(refused.exitCode() != 0 && refused.err().contains("audit.search is off"), refused.err());
            Matcher call = Pattern.compile("\"call\":\"([0-9a-f-]{36})\"")
                    .matcher(off.run("audit", "tail", "-n", "100").out());
            assertTrue(call.find());
            GatewayFixture.Outcome found = off.run("audit", "search", "--call", call.group(1));
            assertTrue(found.out().contains("agent:bot"), found.out() + found.err());
        }
    }
}
