package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.wire.RawJson;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Lists of tickets where many wait: in the API, on the command line, on the admin page, and for a person's own agent. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TicketPagesTest {
    private static final int OTHERS = 700;
    private static final int ANAS = 45;
    private static final String CONFIGURATION = """
        providers: [{ id: demo, kind: demo }]
        models: [{ name: demo, route: { targets: [{ model: demo/parrot }] }, max-output-tokens: 100 }]
        tool-servers: [{ slug: sticky, command: STICKY, trust-annotations: true, definitions: trust }]
        organisation:
          tenants: [{ id: acme, users: [{ id: ana }, { id: ben }], agents: [{ id: bot }] }]
        policies:
          - { id: write, effect: require-approval, tools: [sticky__write], approvers: [ana] }
          - { id: own-approvals, effect: allow, who: { user: ana }, tools: ["portreeve__approvals_*"] }
        approvals: { hold: 1ms }
        """;
    private static final String CROWD = """
        INSERT INTO policy.approval (tenant, id, binding, member, key_id, server, tool, definition_hash, arguments, rule_id, approvers,
            policy_version, state, requested_by_call, requested_at, expires_at)
          SELECT 'acme', gen_random_uuid(), sha256(convert_to('%1$s' || i, 'UTF8')), 'crowd', 'k00000000001', 'sticky', 'write', repeat('0', 64),
            convert_to('{"text":"%1$s ' || i || '"}', 'UTF8'), 'write', '{%1$s}', 'v', 'pending', gen_random_uuid(),
            now() - interval '%2$s', now() + interval '1 day' FROM generate_series(1, %3$d) i""";

    private GatewayFixture gateway;

    @BeforeAll
    void start(@TempDir Path folder) {
        gateway = GatewayFixture.configured(folder, CONFIGURATION.replace("STICKY", StickyNotes.command(folder)));
        gateway.execute(String.format(Locale.ROOT, CROWD, "ana", "2 hours", ANAS));
        gateway.execute(String.format(Locale.ROOT, CROWD, "ben", "1 hour", OTHERS));
    }

    @AfterAll
    void stop() {
        gateway.close();
    }

    private JsonNode list(String query) {
        HttpResponse<String> answer = gateway.api("GET", "/api/v1/approvals" + query, "");
        assertEquals(200, answer.statusCode(), answer.body());
        return JsonMapper.shared().readTree(answer.body());
    }

    private static List<String> ids(JsonNode page) {
        return page.path("approvals")
                .valueStream()
                .map(ticket -> ticket.path("id").asString())
                .toList();
    }

    @Test
    void the_api_gives_each_ticket_once_however_many_there_are() {
        List<String> seen = new ArrayList<>();
        JsonNode page = list("?state=waiting&limit=200");
        seen.addAll(ids(page));
        while (page.path("next").isString()) {
            page = list("?state=waiting&limit=200&before=" + page.path("next").asString());
            seen.addAll(ids(page));
        }
        assertEquals(seen.size(), Set.copyOf(seen).size());
        assertTrue(seen.size() >= OTHERS + ANAS, seen.size() + " of the same moment");
        assertEquals(50, ids(list("")).size());
        JsonNode anas = list("?state=waiting&approver=ana&tenant=acme");
        assertTrue(anas.path("approvals")
                .valueStream()
                .allMatch(ticket -> ticket.toString().contains("\"ana\"")));
    }

    @Test
    void what_a_list_cannot_be_asked_is_refused() {
        Map.of(
                        "?limit=0", 400,
                        "?limit=201", 400,
                        "?limit=many", 400,
                        "?before=yesterday", 400,
                        "?approver=ana", 400,
                        "?tenant=nobody", 404)
                .forEach((query, status) -> assertEquals(
                        status,
                        gateway.api("GET", "/api/v1/approvals" + query, "").statusCode(),
                        query));
    }

    @Test
    void the_command_line_goes_on_where_it_stopped() {
        String first = gateway.run("approvals", "list", "--for", "ana", "--limit", "30")
                .out();
        Matcher more = Pattern.compile("more with: --before (\\S+)").matcher(first);
        assertTrue(more.find(), first);
        String second = gateway.run("approvals", "list", "--for", "ana", "--before", more.group(1))
                .out();
        assertTrue(second.contains("crowd") && !second.contains("more with"), second);
        assertEquals(
                2, gateway.run("approvals", "list", "--all", "--for", "ana").exitCode());
    }

    @Test
    void the_page_shows_some_and_leads_to_the_others() {
        PageSession session = PageSession.signIn(gateway);
        String first = session.page();
        Matcher older =
                Pattern.compile("href=\"(/\\?before=[^\"#]+)#approvals\">Older").matcher(first);
        assertTrue(older.find(), first);
        String second = gateway.send("GET", older.group(1), "", "Cookie", session.cookie())
                .body();
        assertEquals(50, second.split("<article class=\"ticket\"", -1).length - 1);
        assertTrue(second.contains("href=\"/#approvals\">Newest"), second);
        assertFalse(first.contains("Newest"));
        assertEquals(
                400,
                gateway.send("GET", "/?before=x", "", "Cookie", session.cookie())
                        .statusCode());
    }

    @Test
    void a_persons_agent_sees_all_that_waits_for_the_person_behind_many_others() throws Exception {
        try (Caller ana = new Caller(URI.create(gateway.data() + "/mcp"), gateway.newKey("ana"))) {
            Set<String> seen = new HashSet<>();
            String before = "";
            int pages = 0;
            do {
                JsonNode page =
                        JsonMapper.shared().readTree(agentsList(ana, before).text());
                page.path("approvals")
                        .valueStream()
                        .forEach(ticket ->
                                assertTrue(seen.add(ticket.path("ticket").asString())));
                before = page.path("next").asString("");
                pages++;
            } while (!before.isEmpty());
            assertTrue(seen.size() >= ANAS && pages >= 3, seen.size() + " in " + pages);
            RawJson wrong = agentsList(ana, "nowhere").result();
            assertTrue(wrong.member("isError").isTrue(), wrong.toString());
        }
    }

    private static Caller.Heard agentsList(Caller caller, String before) throws Exception {
        return caller.modern(
                "tools/call",
                "\"name\":\"portreeve__approvals_list\",\"arguments\":{"
                        + (before.isEmpty() ? "" : "\"before\":\"" + before + "\"") + "}");
    }

    @Test
    void a_no_is_lifted_on_the_command_line() {
        String ticket = ask();
        assertEquals(0, gateway.run("approvals", "deny", ticket, "--as", "ana").exitCode());
        assertTrue(gateway.run("approvals", "show", ticket).out().contains("refused until: "));
        GatewayFixture.Outcome bens = gateway.run("approvals", "lift", ticket, "--as", "ben");
        assertTrue(bens.exitCode() != 0 && bens.err().contains("ana"), bens.err());
        GatewayFixture.Outcome lifted = gateway.run("approvals", "lift", ticket, "--as", "ana", "--reason", "misread");
        assertEquals("lifted: bot may ask again about sticky__write\n", lifted.out(), lifted.err());
        assertTrue(gateway.run("approvals", "lift", ticket, "--as", "ana").err().contains("refuses nothing"));
        assertFalse(ask().equals(ticket), "the same call asks anew");
        assertTrue(gateway.isTrue("SELECT count(*) = 1 FROM policy.approval WHERE state = 'denied'"));
    }

    private String ask() {
        GatewayFixture.Outcome asked = gateway.run(
                Map.of("PORTREEVE_KEY", gateway.newKey("bot")), "mcp", "call", "sticky__write", "text=plan");
        Matcher ticket = Pattern.compile("ticket ([0-9a-f-]{36})").matcher(asked.out());
        assertTrue(ticket.find(), asked.out() + asked.err());
        return ticket.group(1);
    }
}
