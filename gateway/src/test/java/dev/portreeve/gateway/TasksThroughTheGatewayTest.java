package dev.portreeve.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.fixture.HttpFixture;
import dev.portreeve.hub.wire.RawJson;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A task from its approval to its result, through a whole gateway on PostgreSQL. */
class TasksThroughTheGatewayTest {
    private static final String TASKS = "{\"extensions\":{\"io.modelcontextprotocol/tasks\":{}}}";
    private HttpFixture older;
    private HttpFixture newer;
    private GatewayFixture gateway;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        older = HttpFixture.legacy().tasking();
        newer = HttpFixture.modern().tasking();
        gateway = GatewayFixture.configured(
                folder, """
                tool-servers:
                  - { slug: old, url: "OLD", definitions: trust, price-per-call: 0.01, prices: PRICES }
                  - { slug: new, url: "NEW", definitions: trust, price-per-call: 0.01, prices: PRICES }
                organisation:
                  tenants:
                    - { id: acme, agents: [{ id: bot, budgets: [{ limit-usd: 1 }] }, { id: other }] }
                policies:
                  - { id: jobs, effect: allow, tools: ["*__chore"] }
                  - { id: chores, effect: require-approval, tools: ["*__chore"], when: "args.text == 'done'" }
                approvals: { hold: 1ms }
                guardrails: [{ id: pii, detect: pii, on: [tool-results], action: mask }]
                """.replace("PRICES", "[{ tool: chore, result-bytes: { usd: \"0.000001\", at-most: 400 } }]")
                        .replace("OLD", older.url().toString())
                        .replace("NEW", newer.url().toString()));
    }

    @AfterEach
    void stop() {
        gateway.close();
        older.close();
        newer.close();
    }

    private Caller caller(String member) {
        return new Caller(URI.create(gateway.data() + "/mcp"), gateway.newKey(member)).capable(TASKS);
    }

    private static String about(RawJson task) {
        return "\"taskId\":" + task.member("taskId");
    }

    @ParameterizedTest
    @ValueSource(strings = {"old", "new"})
    void itIsApprovedOncePaidOnceAndReadBeforeItIsReleased(String server) throws Exception {
        String call = "\"name\":\"" + server + "__chore\",\"arguments\":{\"text\":\"done\"}";
        try (Caller bot = caller("bot");
                Caller other = caller("other")) {
            await().until(() ->
                    bot.modern("tools/list", "").messages().toString().contains(server + "__chore"));
            Caller.Heard waits = bot.modern("tools/call", call);
            assertTrue(
                    waits.messages().toString().contains("approval_required"),
                    waits.messages().toString());
            assertEquals(0, gateway.run("approvals", "approve").exitCode());
            RawJson begun = bot.modern("tools/call", call).result();
            assertEquals("\"task\"", String.valueOf(begun.member("resultType")), begun.toString());
            assertEquals(-32602, other.modern("tasks/get", about(begun)).error().code());
            RawJson[] seen = new RawJson[1];
            await().until(() -> {
                seen[0] = bot.modern("tasks/get", about(begun)).result();
                return seen[0].member("result") != null;
            });
            assertTrue(seen[0].toString().contains("[email]"), seen[0].toString());
            assertFalse(seen[0].toString().contains("done@example.com"), seen[0].toString());
        }
        await().until(() -> gateway.run("budgets").out().contains("0.01"));
        String budgets = gateway.run("budgets").out();
        assertFalse(budgets.contains("0.02"), "looking is free: " + budgets);
        // A record that still waits for its index is a remark.
        await().until(() -> gateway.run("audit", "verify").exitCode() == 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"old", "new"})
    void theBytesOfItsResultArePaidForWhenItComes(String server) throws Exception {
        try (Caller bot = caller("bot")) {
            await().until(() ->
                    bot.modern("tools/list", "").messages().toString().contains(server + "__chore"));
            RawJson result = bot.modern(
                            "tools/call", "\"name\":\"" + server + "__chore\",\"arguments\":{\"text\":\"now\"}")
                    .result();
            assertTrue(result.member("taskId") != null, result.toString());
            while (result.member("taskId") != null && result.member("result") == null) {
                result = bot.modern("tasks/get", about(result)).result();
            }
        }
        String paid = "SELECT EXISTS (SELECT 1 FROM (SELECT convert_from(leaf, 'UTF8')::json AS said FROM audit.record"
                + " WHERE kind = 'call.closed') r WHERE (said ->> 'result_bytes')::numeric BETWEEN 10 AND 400"
                + " AND (said ->> 'cost_usd')::numeric = (said ->> 'result_bytes')::numeric * 0.000001)";
        await().until(() -> gateway.isTrue(paid));
        await().until(() -> gateway.run("budgets", "reconcile").exitCode() == 0);
    }
}
