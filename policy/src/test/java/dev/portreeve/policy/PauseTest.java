package dev.portreeve.policy;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.EngineFixture.Words;
import dev.portreeve.policy.approval.Ticket;
import dev.portreeve.policy.approval.TicketState;
import dev.portreeve.policy.approval.Vote;
import dev.portreeve.policy.approval.VoteResult;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.Usage;
import dev.portreeve.policy.stop.Stop;
import dev.portreeve.policy.stop.StopOwner;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who was paused by a brake goes on when a person approves it, on whole engines that share a real database. */
class PauseTest {
    private static final StopOwner BOT = StopOwner.parse("acme", "agent:bot");

    private EngineFixture here;
    private EngineFixture there;

    @BeforeEach
    void open() {
        here = EngineFixture.open(journal -> journal);
        there = here.restart();
    }

    @AfterEach
    void close() {
        there.close();
        here.close();
    }

    private static boolean isStopped(EngineFixture replica) {
        CallOutcome outcome = replica.engine
                .governor()
                .<Words>govern(
                        EngineFixture.llm("fast", "hello", 20),
                        (cleared, out) -> new Usage(10, 0, 5, Usage.Basis.REPORTED),
                        words -> {});
        return outcome instanceof CallOutcome.Denied denied && denied.denial().reason() == Denial.Reason.STOPPED;
    }

    private List<Ticket> waiting() {
        return there.engine.approvals().list("acme", TicketState.Name.PENDING, 10);
    }

    private Ticket paused(String why) {
        here.engine.stops().stop(BOT, Stop.Cause.BRAKE, why, "brake");
        await().until(() -> waiting().size() == 1);
        return waiting().getFirst();
    }

    private VoteResult vote(Ticket ticket, Vote.Choice choice) {
        return there.engine
                .approvals()
                .decide("acme", ticket.id(), new Vote("maria", choice, "I had a look", Vote.Channel.API));
    }

    @Test
    void aYesEndsThePauseOnEveryGateway() {
        Ticket ticket = paused("it called files__read 10 times");
        assertEquals("portreeve__resume", ticket.request().tool().name());
        String shown = new String(ticket.request().arguments().canonical(), StandardCharsets.UTF_8);
        assertTrue(shown.contains("\"member\":\"bot\"") && shown.contains("it called files__read 10 times"), shown);
        assertTrue(isStopped(here));
        assertInstanceOf(VoteResult.Decided.class, vote(ticket, Vote.Choice.APPROVE));
        await().until(() -> !isStopped(here) && !isStopped(there));
        await().until(() -> here.engine
                        .approvals()
                        .find("acme", ticket.id())
                        .orElseThrow()
                        .state()
                        .name()
                == TicketState.Name.REDEEMED);
        List<String> resumed = here.query("SELECT convert_from(leaf, 'UTF8') FROM audit.record"
                + " WHERE kind = 'admin.action' AND convert_from(leaf, 'UTF8') LIKE '%\"action\":\"resume\"%'");
        assertEquals(1, resumed.size(), resumed::toString);
        assertTrue(
                resumed.getFirst().contains("\"actor\":\"maria\"")
                        && resumed.getFirst().contains("approval " + ticket.id() + ": I had a look"),
                resumed.getFirst());
        // The next pause is another one.
        assertFalse(paused("it spent too much").id().equals(ticket.id()));
    }

    @Test
    void aNoLeavesItAndNobodyIsAskedAgain() {
        Ticket ticket = paused("it called files__read 10 times");
        vote(ticket, Vote.Choice.DENY);
        here.restart().close();
        assertTrue(isStopped(here));
        assertEquals(1, there.engine.approvals().list("acme", null, 10).size());
        here.engine.stops().resume(BOT, "prompt corrected", "maria");
        await().until(() -> !isStopped(there));
    }

    @Test
    void theAgentItselfCannotApprove() {
        Ticket ticket = paused("it called files__read 10 times");
        VoteResult own = there.engine
                .approvals()
                .decide("acme", ticket.id(), new Vote("bot", Vote.Choice.APPROVE, null, Vote.Channel.WEBHOOK));
        assertInstanceOf(VoteResult.NotAllowed.class, own);
    }

    @Test
    void aYesForAPauseThatIsOverEndsNoOther() {
        Ticket ticket = paused("it called files__read 10 times");
        // The person takes the pause over: from now on it is theirs to end.
        here.engine.stops().stop(BOT, Stop.Cause.PERSON, "I look into it", "jo");
        await().until(() -> waiting().isEmpty());
        assertInstanceOf(VoteResult.AlreadyDecided.class, vote(ticket, Vote.Choice.APPROVE));
        assertTrue(isStopped(here));
        assertEquals("jo", here.engine.stops().inForce().getFirst().by());
        Stop old = new Stop(BOT, Stop.Cause.BRAKE, "another", "brake", ticket.requestedAt());
        here.engine.stops().resume(old, "too late", "maria");
        assertTrue(isStopped(here));
    }
}
