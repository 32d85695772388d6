package dev.portreeve.hub.north;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.fixture.EventTap;
import dev.portreeve.hub.fixture.HttpFixture;
import dev.portreeve.hub.fixture.HubWorld;
import dev.portreeve.hub.wire.HeaderValue;
import dev.portreeve.hub.wire.ProtocolVersion;
import dev.portreeve.policy.approval.Vote;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The seven clients whose limits on a tool call decided how approvals wait, with their handshakes and their limits in a time in which a
 * second is a few milliseconds. Each of them loses its patience with a call that is held too long, and each gets its result once, by saying
 * the same again after a person said yes.
 */
class ClientTimeoutsTest {
    /** What a second of theirs is here. */
    private static final long MILLIS = 5;
    /** Hold and stream start as they are when nobody set them. */
    private static final Duration HOLD = Duration.ofSeconds(4);

    /**
     * A client.
     *
     * @param version of the protocol that it opens with
     * @param limit on one call
     * @param toFirstByte after which it gives up on a call of which it has heard nothing; the limit, unless it is another
     * @param reports whether it asks for progress
     */
    private record Program(String name, String version, Duration limit, Duration toFirstByte, boolean reports) {
        private static Program of(String name, String version, int seconds) {
            return new Program(name, version, Duration.ofSeconds(seconds), Duration.ofSeconds(seconds), false);
        }

        @Override
        public String toString() {
            return name + " (" + limit.toSeconds() + " s)";
        }

        private boolean isModern() {
            return ProtocolVersion.isModern(version);
        }
    }

    static Stream<Program> programs() {
        return Stream.of(
                Program.of("openai-agents", "2025-06-18", 5),
                Program.of("spring-ai-mcp-client", "2025-06-18", 20),
                new Program(
                        "langchain-mcp-adapters", "2025-06-18", Duration.ofSeconds(300), Duration.ofSeconds(30), false),
                Program.of("langchain4j", "2025-11-25", 60),
                Program.of("codex-mcp-client", "2025-06-18", 60),
                new Program(
                        "claude-code", ProtocolVersion.MODERN, Duration.ofSeconds(300), Duration.ofSeconds(60), true),
                Program.of("gemini-cli-mcp-client", "2025-06-18", 600));
    }

    private static Duration scaled(Duration theirs) {
        return Duration.ofMillis(theirs.toSeconds() * MILLIS);
    }

    /** A client that keeps its session, as far as it has one. */
    private static final class Client {
        private final Program program;
        private final Caller caller;
        private final Map<String, String> headers = new HashMap<>();
        private int lastId;

        private Client(Program program, HubWorld world) throws Exception {
            this.program = program;
            this.caller = world.caller("alice");
            headers.put(HeaderValue.VERSION, program.version());
            if (program.isModern()) {
                headers.put(HeaderValue.METHOD, "tools/call");
                headers.put(HeaderValue.NAME, "fix__write");
            } else {
                String opened = "{\"protocolVersion\":\"" + program.version()
                        + "\",\"capabilities\":{},\"clientInfo\":{\"name\":\"" + program.name()
                        + "\",\"version\":\"1\"}}";
                headers.put(
                        HeaderValue.SESSION,
                        caller.post(Map.of(), message(0, "initialize", opened)).header(HeaderValue.SESSION));
            }
        }

        private static String message(int id, String method, String params) {
            return "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"" + method + "\",\"params\":" + params + "}";
        }

        private String write() {
            String modern = "\"io.modelcontextprotocol/protocolVersion\":\"" + program.version()
                    + "\",\"io.modelcontextprotocol/clientCapabilities\":{},"
                    + "\"io.modelcontextprotocol/clientInfo\":{\"name\":\"" + program.name() + "\",\"version\":\"1\"}";
            String token = program.reports() ? "\"progressToken\":" + lastId : "";
            String meta = program.isModern() ? modern + (token.isEmpty() ? "" : "," + token) : token;
            return message(
                    ++lastId,
                    "tools/call",
                    "{\"name\":\"fix__write\",\"arguments\":{\"text\":\"written\"},\"_meta\":{" + meta + "}}");
        }

        private EventTap open() throws Exception {
            return caller.openPost(headers, write());
        }

        private Caller.Heard call() throws Exception {
            return caller.post(headers, write());
        }

        /** What it does when its limit is reached: those with a session say so, the others just leave. */
        private void giveUp(EventTap call) throws Exception {
            if (!program.isModern()) {
                caller.post(
                        headers,
                        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":"
                                + lastId + "}}");
            }
            call.close();
        }
    }

    private static String waiting(HubWorld world) {
        await().until(() -> world.governance().waitingTickets().size() == 1);
        return world.governance().waitingTickets().getFirst();
    }

    /** As it is when nobody set anything: the call ends with its ticket before any of them is tired of it. */
    @ParameterizedTest
    @MethodSource("programs")
    void hearsOfItsTicketWithinItsLimitAndHasItsResultByRepeating(Program program) throws Exception {
        assertTrue(HOLD.compareTo(program.limit()) < 0 && HOLD.compareTo(program.toFirstByte()) < 0);
        try (HttpFixture fixture = HttpFixture.modern();
                HubWorld world =
                        HubWorld.with(InstantSource.system(), scaled(HOLD), HubWorld.http("fix", fixture.url()))) {
            Client client = new Client(program, world);
            Caller.Heard first = client.call();
            String ticket = waiting(world);
            assertEquals("\"approval_required\"", first.meta("dev.portreeve/reason"));
            assertEquals('"' + ticket + '"', first.meta("dev.portreeve/approval-ticket"));
            assertEquals('"' + ticket + '"', client.call().meta("dev.portreeve/approval-ticket"), "no second ticket");

            world.governance().decide(ticket, Vote.Choice.APPROVE);
            assertEquals("written", client.call().text());
            assertEquals(1, fixture.tools().calls());
            assertEquals("\"approval_required\"", client.call().meta("dev.portreeve/reason"), "a yes is for one call");
            assertEquals(1, fixture.tools().calls());
        }
    }

    /** Where somebody set a hold that is longer than its patience: it gives up, and nothing is lost but the time. */
    @ParameterizedTest
    @MethodSource("programs")
    void givesUpAtItsLimitAndHasItsResultByRepeating(Program program) throws Exception {
        try (HttpFixture fixture = HttpFixture.modern();
                HubWorld world = HubWorld.with(
                        InstantSource.system(), Duration.ofMinutes(10), HubWorld.http("fix", fixture.url()))) {
            Client client = new Client(program, world);
            String ticket;
            try (EventTap held = client.open()) {
                ticket = waiting(world);
                assertEquals(200, held.status(), "its first byte is there, long before there is a decision");
                if (program.reports()) {
                    List<String> heard = List.of(held.next().data(), held.next().data());
                    assertTrue(heard.stream().allMatch(one -> one.contains("notifications/progress")), heard::toString);
                } else {
                    assertFalse(held.isEndedWithin(scaled(program.limit())), "it is still held at its limit");
                }
                client.giveUp(held);
            }
            assertEquals(0, fixture.tools().calls());
            assertEquals(ticket, waiting(world), "who gives up withdraws nothing");

            world.governance().decide(ticket, Vote.Choice.APPROVE);
            Caller.Heard repeated = client.call();
            assertEquals("written", repeated.text());
            assertEquals(1, fixture.tools().calls());
            assertEquals(
                    List.of(),
                    world.governance().waitingTickets(),
                    "the repeat found the decision, and asked for no other");
        }
    }
}
