package dev.portreeve.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.config.ConfigFile;
import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.fixture.EventTap;
import dev.portreeve.hub.fixture.HttpFixture;
import dev.portreeve.hub.wire.HeaderValue;
import dev.portreeve.hub.wire.RawJson;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Calls that wait for a person as tasks, for callers who take a task for an answer, from the call to its end; in both eras. */
class ApprovalTasksTest {
    private static final Pattern TICKET = Pattern.compile("ticket ([0-9a-f-]{36})");
    private static final String CONFIGURATION = """
        tool-servers:
          - { slug: notes, url: "NOTES", definitions: trust, price-per-call: 0.01 }
          - { slug: old, url: "OLDER", definitions: trust }
        organisation:
          tenants:
            - id: acme
              users: [ { id: ann } ]
              agents: [ { id: bot, budgets: [ { limit-usd: 1 } ] }, { id: other } ]
        policies:
          - { id: write, effect: require-approval, tools: [notes__echo, notes__hold], when: "args.text != 'free'", approvers: [ann] }
          - { id: older, effect: require-approval, tools: [old__echo, old__chore], approvers: [ann] }
          - { id: rest, effect: allow, tools: ["notes__*"] }
        approvals: { hold: 30s, redeem-within: 15m, most-waiting: 12 }
        guardrails: [ { id: pii, detect: pii, on: [tool-arguments, tool-results], action: mask } ]
        """;

    private HttpFixture notes;
    private HttpFixture older;
    private GatewayFixture gateway;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        notes = HttpFixture.modern();
        older = HttpFixture.legacy().tasking();
        gateway = GatewayFixture.configured(folder, configuration());
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
        notes.close();
        older.close();
    }

    private String configuration() {
        return CONFIGURATION
                .replace("NOTES", notes.url().toString())
                .replace("OLDER", older.url().toString());
    }

    /** How callers of each era say what they say. */
    private enum Era {
        MODERN,
        LEGACY
    }

    private static String message(int id, String method, String params) {
        return "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"" + method + "\",\"params\":" + params + "}";
    }

    /** A caller of one era that knows tasks. */
    private static final class Asker implements AutoCloseable {
        private final Era era;
        private final Caller caller;
        private Map<String, String> session = Map.of();
        private int lastId;

        Asker(Era era, URI data, String key) throws Exception {
            this.era = era;
            this.caller = new Caller(URI.create(data + "/mcp"), key)
                    .capable("{\"extensions\":{\"io.modelcontextprotocol/tasks\":{}}}");
            if (era == Era.LEGACY) {
                Caller.Heard begun = caller.post(
                        Map.of(),
                        message(
                                0,
                                "initialize",
                                "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}"));
                assertTrue(begun.result().toString().contains("\"tasks\":{\"list\":{}"), "tasks are announced");
                session = Map.of(
                        HeaderValue.SESSION, begun.header(HeaderValue.SESSION), HeaderValue.VERSION, "2025-11-25");
            }
            await().until(() -> say("tools/list", "").result().toString().contains("notes__echo"));
            await().until(() -> say("tools/list", "").result().toString().contains("old__chore"));
        }

        Caller.Heard say(String method, String members) throws Exception {
            lastId++;
            return era == Era.MODERN
                    ? caller.modern(method, members)
                    : caller.post(session, message(lastId, method, "{" + members + "}"));
        }

        Caller.Heard call(String tool, String text) throws Exception {
            return call("notes", tool, text);
        }

        Caller.Heard call(String server, String tool, String text) throws Exception {
            return say(
                    "tools/call",
                    "\"name\":\"" + server + "__" + tool + "\",\"arguments\":{\"text\":\"" + text + "\"}"
                            + (era == Era.LEGACY ? ",\"task\":{\"ttl\":60000}" : ""));
        }

        /** The task that a call began. */
        RawJson task(Caller.Heard heard) {
            RawJson result = heard.result();
            if (era == Era.LEGACY) {
                return member(result, "task");
            }
            assertEquals("task", text(result, "resultType"), result.toString());
            return result;
        }

        RawJson look(String id) throws Exception {
            return say("tasks/get", about(id)).result();
        }

        /** What a task gave in the end. */
        RawJson result(String id) throws Exception {
            if (era == Era.LEGACY) {
                return say("tasks/result", about(id)).result();
            }
            await().until(() -> look(id).member("result") != null);
            return member(look(id), "result");
        }

        @Override
        public void close() {
            caller.close();
        }
    }

    private static RawJson member(RawJson object, String name) {
        RawJson member = object.member(name);
        assertTrue(member != null, () -> name + " is missing in " + object);
        return member;
    }

    private static String text(RawJson object, String name) {
        RawJson member = object.member(name);
        return member == null ? "" : member.asString().orElse(member.toString());
    }

    private static String about(String id) {
        return "\"taskId\":\"" + id + "\"";
    }

    private static String ticket(RawJson task) {
        Matcher ticket = TICKET.matcher(text(task, "statusMessage"));
        assertTrue(ticket.find(), task.toString());
        return ticket.group(1);
    }

    private void approve(String ticket) {
        GatewayFixture.Outcome outcome = gateway.run("approvals", "approve", ticket, "--as", "ann");
        assertEquals(0, outcome.exitCode(), outcome.err());
    }

    @ParameterizedTest
    @EnumSource
    void noMoreTasksWaitThanCallsMay(Era era) throws Exception {
        try (Asker bot = new Asker(era, gateway.data(), gateway.newKey("bot"))) {
            String first = ticket(bot.task(bot.call("echo", "0")));
            for (int i = 1; i < 12; i++) {
                ticket(bot.task(bot.call("echo", "" + i)));
            }
            String refused = bot.call("echo", "12").result().toString();
            assertTrue(refused.contains("12 calls of bot wait for people"), refused);
            assertFalse(refused.contains("working"), "of the older era it is a task that is over: " + refused);
            approve(first);
            ticket(bot.task(bot.call("echo", "12")));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCallThatWaitsIsATaskAtOnceAndRunsOnceItIsApproved(Era era) throws Exception {
        try (Asker bot = new Asker(era, gateway.data(), gateway.newKey("bot"))) {
            Caller.Heard heard = bot.call("echo", "to a@example.com");
            RawJson task = bot.task(heard);
            String id = text(task, "taskId");
            assertEquals("working", text(task, "status"));
            assertTrue(text(task, "statusMessage").contains("because of write"), task.toString());
            assertEquals("3000", text(task, era == Era.MODERN ? "pollIntervalMs" : "pollInterval"));
            assertFalse(text(task, era == Era.MODERN ? "ttlMs" : "ttl").isEmpty());
            assertEquals('"' + ticket(task) + '"', heard.meta("dev.portreeve/approval-ticket"));
            RawJson waits = bot.look(id);
            assertEquals("working", text(waits, "status"));
            assertEquals(ticket(task), ticket(waits));
            assertEquals(0, notes.tools().calls());

            RawJson same = bot.task(bot.call("echo", "to a@example.com"));
            assertEquals(ticket(task), ticket(same), "of equal calls that wait there is one");

            approve(ticket(task));
            RawJson result = bot.result(id);
            assertTrue(result.toString().contains("to [email]"), "what was stored ran: " + result);
            assertEquals(result.toString(), bot.result(id).toString().replace(text(same, "taskId"), id));
            assertEquals("completed", text(bot.look(id), "status"));
            assertEquals("completed", text(bot.look(text(same, "taskId")), "status"), "both are the same task");
            assertEquals(1, notes.tools().calls());
            if (era == Era.LEGACY) {
                assertTrue(
                        result.toString()
                                .contains("\"io.modelcontextprotocol/related-task\":{\"taskId\":\"" + id + "\"}"),
                        result.toString());
                assertTrue(bot.say("tasks/list", "").result().toString().contains("\"completed\""));
            }
            assertTrue(
                    gateway.isTrue("SELECT state = 'redeemed' FROM policy.approval WHERE id = '" + ticket(task) + "'"));
        }
        await().until(() -> gateway.run("budgets").out().contains("0.01"));
        assertFalse(gateway.run("budgets").out().contains("0.02"));
        await().until(() -> gateway.run("audit", "verify").exitCode() == 0);
    }

    @ParameterizedTest
    @EnumSource
    void aToolOfAnOlderServerToo(Era era) throws Exception {
        try (Asker bot = new Asker(era, gateway.data(), gateway.newKey("bot"))) {
            for (String tool : List.of("echo", "chore")) {
                RawJson task = bot.task(bot.call("old", tool, "done"));
                assertEquals("working", text(task, "status"));
                approve(ticket(task));
                RawJson result = bot.result(text(task, "taskId"));
                assertTrue(result.toString().contains(tool.equals("echo") ? "done" : "[email]"), result.toString());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatNobodyHasToApproveIsAnswered(Era era) throws Exception {
        try (Asker bot = new Asker(era, gateway.data(), gateway.newKey("bot"))) {
            Caller.Heard heard = bot.call("echo", "free");
            if (era == Era.MODERN) {
                assertEquals("free", heard.text());
            } else {
                RawJson task = bot.task(heard);
                assertEquals("completed", text(task, "status"), "who wants a task gets one");
                assertTrue(bot.result(text(task, "taskId")).toString().contains("free"));
                assertEquals(
                        -32601, bot.call("steps", "x").error().code(), "no task for what nobody may have to approve");
            }
            assertEquals(1, notes.tools().calls());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aNoEndsItWithItsReason(Era era) throws Exception {
        try (Asker bot = new Asker(era, gateway.data(), gateway.newKey("bot"))) {
            RawJson task = bot.task(bot.call("echo", "x"));
            String id = text(task, "taskId");
            assertEquals(
                    0,
                    gateway.run("approvals", "deny", ticket(task), "--as", "ann", "--reason", "not on Sundays")
                            .exitCode());
            await().until(() -> text(bot.look(id), "status").equals("failed"));
            RawJson over = bot.look(id);
            assertTrue(text(over, "statusMessage").contains("not on Sundays"), over.toString());
            if (era == Era.MODERN) {
                assertTrue(member(over, "error").toString().contains("approval_denied"), over.toString());
                assertNull(over.member("result"));
            } else {
                RawJson result = bot.result(id);
                assertTrue(result.toString().contains("not on Sundays"), result.toString());
                assertTrue(member(result, "isError").isTrue());
                assertEquals(-32602, bot.say("tasks/cancel", about(id)).error().code());
            }
            assertEquals(0, notes.tools().calls());
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsNotDecidedInTimeFails(Era era) throws Exception {
        try (Asker bot = new Asker(era, gateway.data(), gateway.newKey("bot"))) {
            RawJson task = bot.task(bot.call("echo", "x"));
            gateway.execute("UPDATE policy.approval SET expires_at = now()");
            await().until(() -> text(bot.look(text(task, "taskId")), "status").equals("failed"));
            RawJson over = bot.look(text(task, "taskId"));
            assertTrue(text(over, "statusMessage").contains("in time"), over.toString());
            assertEquals(0, notes.tools().calls());
        }
    }

    @ParameterizedTest
    @EnumSource
    void cancellingTakesTheTicketBack(Era era) throws Exception {
        try (Asker bot = new Asker(era, gateway.data(), gateway.newKey("bot"))) {
            RawJson task = bot.task(bot.call("echo", "x"));
            String id = text(task, "taskId");
            RawJson cancelled = bot.say("tasks/cancel", about(id)).result();
            assertEquals(era == Era.MODERN ? "" : "cancelled", text(cancelled, "status"));
            assertEquals("cancelled", text(bot.look(id), "status"));
            assertTrue(gateway.isTrue(
                    "SELECT state = 'withdrawn' FROM policy.approval WHERE id = '" + ticket(task) + "'"));
            assertTrue(gateway.run("approvals", "approve", ticket(task), "--as", "ann")
                            .exitCode()
                    != 0);
            assertEquals(0, notes.tools().calls());

            RawJson anew = bot.task(bot.call("echo", "x"));
            assertFalse(ticket(anew).equals(ticket(task)), "the same call asks anew");
            assertEquals(0, gateway.run("approvals", "withdraw", ticket(anew)).exitCode());
            await().until(() -> text(bot.look(text(anew, "taskId")), "status").equals("cancelled"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void anIdIsOfUseToTheKeyThatAskedOnly(Era era) throws Exception {
        try (Asker bot = new Asker(era, gateway.data(), gateway.newKey("bot"));
                Asker secondKey = new Asker(era, gateway.data(), gateway.newKey("bot"));
                Asker other = new Asker(era, gateway.data(), gateway.newKey("other"));
                Asker otherEra =
                        new Asker(era == Era.MODERN ? Era.LEGACY : Era.MODERN, gateway.data(), gateway.newKey("bot"))) {
            RawJson task = bot.task(bot.call("echo", "x"));
            String id = text(task, "taskId");
            approve(ticket(task));
            for (Asker foreign : List.of(secondKey, other, otherEra)) {
                assertEquals(-32602, foreign.say("tasks/get", about(id)).error().code());
                assertEquals(
                        -32602, foreign.say("tasks/cancel", about(id)).error().code());
            }
            assertEquals(-32602, bot.say("tasks/get", about(id + "A")).error().code());
            assertEquals(0, notes.tools().calls());
            assertTrue(bot.result(id).toString().contains("\"x\""));
        }
    }

    @ParameterizedTest
    @EnumSource
    void itGoesOnAfterARestartAndAtAnotherGateway(Era era, @TempDir Path elsewhere) throws Exception {
        String key = gateway.newKey("bot");
        String id;
        String ticket;
        try (Asker bot = new Asker(era, gateway.data(), key)) {
            RawJson task = bot.task(bot.call("echo", "x"));
            id = text(task, "taskId");
            ticket = ticket(task);
        }
        try (GatewayFixture second = gateway.beside(elsewhere, configuration());
                Asker there = new Asker(era, second.data(), key)) {
            assertEquals("working", text(there.look(id), "status"));
            approve(ticket);
            gateway.gateway.close();
            assertTrue(there.result(id).toString().contains("\"x\""));
        }
        try (Gateway again = Gateway.start(
                        ConfigFile.read(gateway.folder.resolve("portreeve.yaml"), name -> null), Clock.systemUTC());
                Asker bot = new Asker(era, again.dataUrl(), key)) {
            assertTrue(bot.result(id).toString().contains("\"x\""), "the result is kept");
            assertEquals(1, notes.tools().calls());
        }
    }

    @ParameterizedTest
    @EnumSource
    void ofManyWhoLookAtOnceAtTwoGatewaysOneRunsIt(Era era, @TempDir Path elsewhere) throws Exception {
        String key = gateway.newKey("bot");
        try (GatewayFixture second = gateway.beside(elsewhere, configuration());
                Asker here = new Asker(era, gateway.data(), key);
                Asker there = new Asker(era, second.data(), key);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            RawJson task = here.task(here.call("echo", "x"));
            String id = text(task, "taskId");
            approve(ticket(task));
            List<Future<Caller.Heard>> looks = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                Asker asker = i % 2 == 0 ? here : there;
                looks.add(threads.submit(() -> asker.say("tasks/get", about(id))));
            }
            for (Future<Caller.Heard> look : looks) {
                Caller.Heard heard = look.get();
                assertTrue(List.of("working", "completed").contains(text(heard.result(), "status")), heard.toString());
            }
            assertTrue(here.result(id).toString().contains("\"x\""));
            assertTrue(there.result(id).toString().contains("\"x\""));
            assertEquals(1, notes.tools().calls());
        }
    }

    @Test
    void theOlderErasResultWaitsForThePerson() throws Exception {
        try (Asker bot = new Asker(Era.LEGACY, gateway.data(), gateway.newKey("bot"))) {
            RawJson task = bot.task(bot.call("echo", "x"));
            try (EventTap result = bot.caller.openPost(
                    bot.session, message(99, "tasks/result", "{" + about(text(task, "taskId")) + "}"))) {
                approve(ticket(task));
                EventTap.Event next = result.next();
                while (next.data().isEmpty()) {
                    next = result.next();
                }
                assertTrue(next.data().contains("\"x\""), next.data());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void otherRulesEndItAndNobodyIsAskedInstead(Era era) throws Exception {
        String key = gateway.newKey("bot");
        RawJson task;
        try (Asker bot = new Asker(era, gateway.data(), key)) {
            task = bot.task(bot.call("echo", "x"));
            approve(ticket(task));
        }
        gateway.gateway.close();
        Path file = gateway.folder.resolve("portreeve.yaml");
        Files.writeString(
                file, Files.readString(file).replace("approvers: [ann]", "approvers: [ann], quorum: 1, timeout: 3m"));
        try (Gateway again = Gateway.start(ConfigFile.read(file, name -> null), Clock.systemUTC());
                Asker bot = new Asker(era, again.dataUrl(), key)) {
            String id = text(task, "taskId");
            await().until(() -> text(bot.look(id), "status").equals("cancelled"));
            assertTrue(
                    text(bot.look(id), "statusMessage").contains("call the tool again"),
                    bot.look(id).toString());
            assertEquals(0, notes.tools().calls());
            assertTrue(gateway.isTrue("SELECT count(*) = 1 FROM policy.approval"));
        }
    }

    @Test
    void aPlainRepeatOfTheCallUsesTheYesAndTheTaskSaysSo() throws Exception {
        String key = gateway.newKey("bot");
        try (Asker bot = new Asker(Era.MODERN, gateway.data(), key);
                Caller plain = new Caller(URI.create(gateway.data() + "/mcp"), key)) {
            RawJson task = bot.task(bot.call("echo", "x"));
            approve(ticket(task));
            assertEquals(
                    "x",
                    plain.modern("tools/call", "\"name\":\"notes__echo\",\"arguments\":{\"text\":\"x\"}")
                            .text());
            await().until(() -> text(bot.look(text(task, "taskId")), "status").equals("cancelled"));
            assertTrue(bot.look(text(task, "taskId")).toString().contains("was used by call"));
            assertEquals(1, notes.tools().calls());
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatRunsCanBeCancelledAndWhoseGatewayDiedIsLost(Era era) throws Exception {
        try (Asker bot = new Asker(era, gateway.data(), gateway.newKey("bot"))) {
            RawJson task = bot.task(bot.call("hold", "x"));
            String id = text(task, "taskId");
            approve(ticket(task));
            assertEquals("working", text(bot.look(id), "status"));
            await().until(() -> notes.tools().calls() == 1);
            assertTrue(text(bot.look(id), "statusMessage").contains("runs"));
            assertTrue(bot.say("tasks/cancel", about(id)).response().error() == null);
            assertTrue(bot.look(id).toString().contains("not known"));
            await().until(() -> notes.tools().cancelled() == 1);

            RawJson lost = bot.task(bot.call("echo", "y"));
            gateway.execute(
                    "UPDATE hub.kept_task SET state = 'running', run_call = id, run_until = now() WHERE ticket = '"
                            + ticket(lost) + "'");
            RawJson over = bot.look(text(lost, "taskId"));
            assertEquals("failed", text(over, "status"));
            assertTrue(text(over, "statusMessage").contains("not known"), over.toString());
        }
    }

    @Test
    void whoHasTooManyIsToldByAResult() throws Exception {
        try (Asker bot = new Asker(Era.MODERN, gateway.data(), gateway.newKey("bot"));
                Asker session = new Asker(Era.LEGACY, gateway.data(), gateway.newKey("other"))) {
            RawJson one = bot.task(bot.call("echo", "x"));
            assertFalse(text(one, "taskId").isEmpty());
            RawJson another = session.task(session.call("echo", "x"));
            assertFalse(text(another, "taskId").isEmpty());
            gateway.execute(
                    "INSERT INTO hub.kept_task (tenant, id, member, key_id, server, tool, definition_hash, begun_by,"
                            + " ticket, state, expires_at) SELECT t.tenant, gen_random_uuid(), t.member, t.key_id, t.server, t.tool,"
                            + " t.definition_hash, t.begun_by, gen_random_uuid(), 'waiting', t.expires_at"
                            + " FROM hub.kept_task t, generate_series(1, 63)");
            assertEquals("\"approval_required\"", bot.call("echo", "y").meta("dev.portreeve/reason"));
            assertTrue(session.call("echo", "y").error().message().contains("too many tasks"));
        }
    }
}
