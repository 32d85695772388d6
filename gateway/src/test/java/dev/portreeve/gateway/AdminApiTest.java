package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.call.Secret;
import dev.portreeve.policy.notice.WebhookSecret;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AdminApiTest {
    private static final String SIGNER_ID = "msg_1";
    private GatewayFixture fixture;

    @BeforeAll
    void start(@TempDir Path folder) {
        fixture = new GatewayFixture(folder);
    }

    @AfterAll
    void stop() {
        fixture.close();
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return JsonMapper.shared().readTree(answer.body());
    }

    /** Lets an agent ask for a write, and gives the ticket. */
    private String ticket(String text) {
        String key = fixture.newKey("bot");
        GatewayFixture.Outcome asked = fixture.run("mcp", "call", "--key", key, "sticky__write", "text=" + text);
        assertEquals(1, asked.exitCode(), asked.out() + asked.err());
        JsonNode waiting = json(fixture.api("GET", "/api/v1/approvals?state=waiting", ""));
        for (JsonNode ticket : waiting.path("approvals")) {
            if (ticket.path("arguments").path("text").asString("").equals(text)) {
                return ticket.path("id").asString();
            }
        }
        throw new AssertionError("no ticket for " + text + " in " + waiting);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /api/v1/keys",
        "POST, /api/v1/keys",
        "DELETE, /api/v1/keys/abc",
        "GET, /api/v1/approvals",
        "GET, /api/v1/approvals/01900000-0000-7000-8000-000000000000",
        "POST, /api/v1/approvals/01900000-0000-7000-8000-000000000000/decision",
        "POST, /api/v1/approvals/01900000-0000-7000-8000-000000000000/withdraw",
        "POST, /api/v1/approvals/01900000-0000-7000-8000-000000000000/links",
        "GET, /api/v1/budgets",
        "POST, /api/v1/budgets/state",
        "POST, /api/v1/budgets/raises",
        "GET, /api/v1/calls",
        "GET, /api/v1/audit/verify",
        "GET, /api/v1/audit/logs/acme/checkpoint",
        "GET, /api/v1/audit/logs/acme/tile/0/000",
        "GET, /api/v1/servers",
        "POST, /api/v1/links",
    })
    void every_address_wants_the_admin_token(String method, String path) {
        HttpResponse<String> none = fixture.send(method, path, "");
        assertEquals(401, none.statusCode(), none.body());
        assertEquals(
                "application/problem+json",
                none.headers().firstValue("content-type").orElse(""));
        String virtualKey = fixture.newKey("bot");
        assertEquals(
                401,
                fixture.send(method, path, "", "Authorization", "Bearer " + virtualKey)
                        .statusCode());
    }

    @Test
    void a_browser_session_opens_nothing_of_the_api() {
        String cookie = PageSession.signIn(fixture).cookie();
        assertEquals(
                401, fixture.send("GET", "/api/v1/keys", "", "Cookie", cookie).statusCode());
    }

    @Test
    void a_key_is_made_shown_once_and_revoked() {
        HttpResponse<String> made =
                fixture.api("POST", "/api/v1/keys", "{\"member\":\"bot\",\"name\":\"n\",\"expires_in\":\"30d\"}");
        assertEquals(201, made.statusCode(), made.body());
        String id = json(made).path("id").asString();
        assertTrue(json(made).path("key").asString().startsWith("prk_" + id));
        String list = fixture.api("GET", "/api/v1/keys", "").body();
        assertTrue(list.contains(id));
        assertFalse(list.contains(json(made).path("key").asString()));
        assertEquals(204, fixture.api("DELETE", "/api/v1/keys/" + id, "").statusCode());
        assertEquals(404, fixture.api("DELETE", "/api/v1/keys/" + id, "").statusCode());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {                                     | 400 | the body is not JSON
                    {"member":"bot","member":"other"}     | 400 | the body is not JSON
                    {"member":"bot","admin":true}         | 400 | there is no member "admin"
                    {"name":"x"}                          | 400 | "member" is missing
                    {"member":"bot","expires_in":"soon"}  | 400 | "expires_in" is a number
                    {"member":"nobody"}                   | 409 | nobody
                    """)
    void a_wrong_wish_for_a_key_is_named(String body, int status, String said) {
        HttpResponse<String> answer = fixture.api("POST", "/api/v1/keys", body);
        assertEquals(status, answer.statusCode(), answer.body());
        assertTrue(json(answer).path("detail").asString().contains(said), answer.body());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5_000_000})
    void a_body_over_the_limit_is_refused(int over) {
        HttpResponse<String> answer =
                fixture.api("POST", "/api/v1/keys", " ".repeat(GatewayFixture.MAX_ADMIN_BODY + over));
        assertEquals(413, answer.statusCode());
        assertEquals("body too large", json(answer).path("title").asString());
    }

    @Test
    void another_name_in_the_host_header_is_refused() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", fixture.admin().getPort())) {
            socket.getOutputStream()
                    .write(("GET /api/v1/keys HTTP/1.1\r\nHost: evil.example.com\r\nAuthorization: Bearer "
                                    + fixture.directory.adminToken().reveal() + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            assertEquals("HTTP/1.1 403 Forbidden", lines.readLine());
            String line = lines.readLine();
            while (!line.isEmpty()) {
                line = lines.readLine();
            }
            char[] start = new char[100];
            String answer = new String(start, 0, lines.read(start));
            assertTrue(answer.contains("not permitted"), answer);
        }
    }

    @Test
    void an_unknown_address_is_a_problem_and_no_page() {
        HttpResponse<String> answer = fixture.api("GET", "/api/v1/nothing", "");
        assertEquals(404, answer.statusCode());
        assertEquals("not found", json(answer).path("title").asString());
    }

    @Test
    void a_decision_with_the_token_lets_exactly_one_call_run() throws IOException {
        String id = ticket("by token");
        HttpResponse<String> decided =
                fixture.api("POST", "/api/v1/approvals/" + id + "/decision", "{\"decision\":\"approve\"}");
        assertEquals(200, decided.statusCode(), decided.body());
        assertEquals("approved", json(decided).path("state").asString());
        assertEquals("admin", json(decided).path("decided_by").asString());
        assertEquals(
                409,
                fixture.api("POST", "/api/v1/approvals/" + id + "/decision", "{\"decision\":\"deny\"}")
                        .statusCode());
        assertFalse(Files.exists(fixture.folder.resolve("note"))
                && Files.readString(fixture.folder.resolve("note")).equals("by token"));
    }

    private HttpResponse<String> signed(String id, String body, String signedBody, Instant at) {
        WebhookSecret secret = WebhookSecret.of(new Secret(GatewayFixture.WEBHOOK_SECRET));
        return fixture.send(
                "POST",
                "/api/v1/approvals/" + id + "/decision",
                body,
                "webhook-id",
                SIGNER_ID,
                "webhook-timestamp",
                String.valueOf(at.getEpochSecond()),
                "webhook-signature",
                secret.sign(SIGNER_ID, at.getEpochSecond(), signedBody.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void a_signed_decision_needs_no_token() {
        String id = ticket("by webhook");
        String body = "{\"ticket\":\"" + id + "\",\"decision\":\"deny\",\"approver\":\"ana\",\"reason\":\"not today\"}";
        HttpResponse<String> decided = signed(id, body, body, Instant.now());
        assertEquals(200, decided.statusCode(), decided.body());
        assertEquals("denied", json(decided).path("state").asString());
        assertEquals("ana", json(decided).path("decided_by").asString());
        // A sender that saw no answer repeats itself.
        assertEquals(200, signed(id, body, body, Instant.now()).statusCode());
    }

    @Test
    void a_signature_that_does_not_fit_decides_nothing() {
        String id = ticket("forged");
        String approve = "{\"ticket\":\"" + id + "\",\"decision\":\"approve\",\"approver\":\"ana\"}";
        assertEquals(
                401,
                signed(id, approve, "{\"decision\":\"deny\"}", Instant.now()).statusCode());
        assertEquals(
                401,
                signed(id, approve, approve, Instant.now().minusSeconds(600)).statusCode());
        String nobody = "{\"ticket\":\"" + id + "\",\"decision\":\"approve\"}";
        assertEquals(400, signed(id, nobody, nobody, Instant.now()).statusCode());
        String unbound = "{\"decision\":\"approve\",\"approver\":\"ana\"}";
        assertEquals(400, signed(id, unbound, unbound, Instant.now()).statusCode());
        String other = ticket("another, decided in the same minute");
        String elsewhere = "{\"ticket\":\"" + other + "\",\"decision\":\"approve\",\"approver\":\"ana\"}";
        HttpResponse<String> replayed = signed(id, elsewhere, elsewhere, Instant.now());
        assertEquals(403, replayed.statusCode());
        assertTrue(replayed.body().contains("signed for another ticket"), replayed.body());
        String external = "{\"decision\":\"approve\",\"approver\":\"external:desk\"}";
        assertEquals(
                403,
                fixture.api("POST", "/api/v1/approvals/" + id + "/decision", external)
                        .statusCode());
        String waiting =
                fixture.api("GET", "/api/v1/approvals?state=waiting", "").body();
        assertTrue(waiting.contains(id), waiting);
    }

    @Test
    void nobody_decides_about_their_own_call_and_unknown_tickets_are_unknown() {
        String id = ticket("own");
        String body = "{\"ticket\":\"" + id + "\",\"decision\":\"approve\",\"approver\":\"bot\"}";
        assertEquals(403, signed(id, body, body, Instant.now()).statusCode());
        assertEquals(
                404,
                fixture.api(
                                "POST",
                                "/api/v1/approvals/01900000-0000-7000-8000-000000000000/decision",
                                "{\"decision\":\"approve\"}")
                        .statusCode());
    }

    @Test
    void a_ticket_can_be_taken_back_until_it_is_used() {
        String id = ticket("not wanted any more");
        HttpResponse<String> withdrawn = fixture.api(
                "POST", "/api/v1/approvals/" + id + "/withdraw", "{\"by\":\"ana\",\"reason\":\"a mistake\"}");
        assertEquals(200, withdrawn.statusCode(), withdrawn.body());
        JsonNode shown = json(fixture.api("GET", "/api/v1/approvals/" + id, ""));
        assertEquals("withdrawn", shown.path("state").asString());
        assertEquals("ana", shown.path("decided_by").asString());
        assertEquals("a mistake", shown.path("reason").asString());
        assertEquals(
                200,
                fixture.api("POST", "/api/v1/approvals/" + id + "/withdraw", "{}")
                        .statusCode());
        HttpResponse<String> late =
                fixture.api("POST", "/api/v1/approvals/" + id + "/decision", "{\"decision\":\"approve\"}");
        assertEquals(409, late.statusCode(), late.body());
        assertTrue(late.body().contains("withdrawn by ana"), late.body());
        String other = ticket("denied");
        fixture.api("POST", "/api/v1/approvals/" + other + "/decision", "{\"decision\":\"deny\"}");
        assertEquals(
                409,
                fixture.api("POST", "/api/v1/approvals/" + other + "/withdraw", "{}")
                        .statusCode());
    }

    @Test
    void what_is_shown_agrees_with_what_happened() {
        String id = ticket("shown");
        JsonNode calls = json(fixture.api("GET", "/api/v1/calls", "")).path("calls");
        assertTrue(calls.toString().contains(id), "the call's record names its ticket");
        JsonNode budgets = json(fixture.api("GET", "/api/v1/budgets", "")).path("budgets");
        assertEquals(2, budgets.size());
        assertTrue(budgets.toString().contains("\"owner\":\"tenant acme\",\"window\":\"total\""), budgets.toString());
        JsonNode server =
                json(fixture.api("GET", "/api/v1/servers", "")).path("servers").path(0);
        assertEquals("sticky", server.path("slug").asString());
        assertEquals(3, server.path("tools").asInt());
    }
}
