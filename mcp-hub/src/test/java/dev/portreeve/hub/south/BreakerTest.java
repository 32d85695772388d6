package dev.portreeve.hub.south;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.UpstreamFault;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** When requests are kept away from a server, and when it is tried again. */
class BreakerTest {
    private static final Instant START = Instant.parse("2026-11-21T08:00:00Z");
    private Instant now = START;
    private final Breaker breaker = new Breaker(3, Duration.ofSeconds(2), Duration.ofSeconds(5), () -> now);
    private final Scripted scripted = new Scripted();
    private final ToolServer server = new BreakerToolServer("wiki", scripted, breaker);

    /** A server that answers as it is told, in order. */
    private static final class Scripted implements ToolServer {
        private final Queue<UpstreamFault> faults = new ArrayDeque<>();
        private int asked;

        @Override
        public List<RawJson> list(Listing listing, Deadline deadline) {
            answer();
            return List.of();
        }

        @Override
        public Answered ask(Party party, ServerRequest request, Meanwhile meanwhile, Deadline deadline) {
            answer();
            return new Answered.Result(RawJson.EMPTY_OBJECT);
        }

        private void answer() {
            asked++;
            UpstreamFault fault = faults.poll();
            if (fault != null) {
                throw new ToolServerFault(fault);
            }
        }

        @Override
        public ServerProfile profile() {
            return ServerProfile.UNKNOWN;
        }

        @Override
        public void leave(String partyKey) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void endUnused() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {
            throw new UnsupportedOperationException();
        }
    }

    private void fails(UpstreamFault.Kind kind, int status) {
        scripted.faults.add(new UpstreamFault(kind, status, "no", false));
        assertThrows(ToolServerFault.class, this::ask);
    }

    private void ask() {
        server.ask(
                Party.GATEWAY,
                ServerRequest.of("tools/call", Map.of()),
                Meanwhile.NOTHING,
                Deadline.in(Duration.ofSeconds(5)));
    }

    private UpstreamFault turnedAway() {
        int before = scripted.asked;
        UpstreamFault fault = assertThrows(ToolServerFault.class, this::ask).fault();
        assertEquals(before, scripted.asked, "the server was asked");
        return fault;
    }

    @Test
    void failuresInARowOpenItAndTheAnswerSaysSinceWhenAndUntilWhen() {
        fails(UpstreamFault.Kind.UNREACHABLE, 0);
        now = now.plusSeconds(1);
        fails(UpstreamFault.Kind.TIMEOUT, 0);
        fails(UpstreamFault.Kind.CUT, 0);
        UpstreamFault fault = turnedAway();
        assertEquals(UpstreamFault.Kind.UNREACHABLE, fault.kind());
        assertFalse(fault.billable());
        assertEquals(
                "tool server \"wiki\" does not answer since 2026-11-21T08:00:00Z"
                        + " and is not asked again before 2026-11-21T08:00:03Z",
                fault.detail());
        ServerCondition condition = server.condition();
        assertEquals("open", condition.breaker());
        assertEquals(3, condition.failures());
        assertEquals(START, condition.failingSince());
        assertEquals(START.plusSeconds(3), condition.retryAt());
    }

    @Test
    void anAnswerInBetweenStartsTheCountAgain() {
        fails(UpstreamFault.Kind.TIMEOUT, 0);
        fails(UpstreamFault.Kind.TIMEOUT, 0);
        ask();
        fails(UpstreamFault.Kind.TIMEOUT, 0);
        fails(UpstreamFault.Kind.TIMEOUT, 0);
        ask();
        assertEquals(ServerCondition.FINE, server.condition());
    }

    @Test
    void whoRefusesIsThere() {
        for (int i = 0; i < 5; i++) {
            fails(UpstreamFault.Kind.REFUSED, 500);
            fails(UpstreamFault.Kind.CREDENTIAL, 401);
            fails(UpstreamFault.Kind.GARBAGE, 0);
        }
        assertEquals("closed", server.condition().breaker());
        fails(UpstreamFault.Kind.REFUSED, 502);
        fails(UpstreamFault.Kind.REFUSED, 503);
        fails(UpstreamFault.Kind.REFUSED, 504);
        assertEquals("open", server.condition().breaker());
    }

    private void open() {
        for (int i = 0; i < 3; i++) {
            fails(UpstreamFault.Kind.UNREACHABLE, 0);
        }
    }

    @Test
    void afterThePauseOneRequestTriesAndClosesIt() {
        open();
        now = now.plusSeconds(2);
        assertTrue(breaker.admits());
        assertEquals("trying", server.condition().breaker());
        assertTrue(turnedAway().detail().endsWith("being tried now"));
        breaker.succeeded();
        ask();
        assertNull(server.condition().failingSince());
    }

    @Test
    void aFailedTryDoublesThePauseUpToABound() {
        open();
        for (long pause : List.of(2L, 4L, 5L, 5L)) {
            assertEquals(now.plusSeconds(pause), server.condition().retryAt());
            now = now.plusSeconds(pause);
            fails(UpstreamFault.Kind.UNREACHABLE, 0);
        }
        assertEquals(START, server.condition().failingSince());
    }

    @Test
    void aTryThatItsCallerGivesUpIsNoAnswer() {
        open();
        now = now.plusSeconds(2);
        Thread.currentThread().interrupt();
        scripted.faults.add(new UpstreamFault(UpstreamFault.Kind.CUT, 0, "given up", true));
        ToolServerFault fault = assertThrows(ToolServerFault.class, this::ask);
        assertTrue(Thread.interrupted());
        assertSame(UpstreamFault.Kind.CUT, fault.fault().kind());
        ask();
        assertEquals("closed", server.condition().breaker());
    }

    @Test
    void listingGoesThroughTheSameBreaker() {
        open();
        assertThrows(ToolServerFault.class, () -> server.list(Deadline.in(Duration.ofSeconds(5))));
        now = now.plusSeconds(2);
        assertEquals(List.of(), server.list(Deadline.in(Duration.ofSeconds(5))));
        ask();
    }
}
