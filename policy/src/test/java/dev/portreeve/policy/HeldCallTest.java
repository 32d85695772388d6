package dev.portreeve.policy;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.access.Obligations;
import dev.portreeve.policy.access.Rule;
import dev.portreeve.policy.access.Selectors;
import dev.portreeve.policy.approval.ApprovalConfig;
import dev.portreeve.policy.approval.Ticket;
import dev.portreeve.policy.approval.TicketState;
import dev.portreeve.policy.approval.Vote;
import dev.portreeve.policy.approval.VoteResult;
import dev.portreeve.policy.budget.OrganisationConfig;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Calls;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.call.Usage;
import dev.portreeve.policy.stop.Stop;
import dev.portreeve.policy.stop.StopOwner;
import dev.portreeve.policy.stop.Stops;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What may happen to a caller while its call is held for a person, on a whole engine and a real database. */
final class HeldCallTest {
    private static final Subject BOT = new Subject("acme", null, Subject.Kind.AGENT, "bot", "keykeykey001");
    private EngineFixture fixture;
    private PolicyEngine engine;
    private final AtomicInteger ran = new AtomicInteger();

    @BeforeEach
    void open() {
        fixture = EngineFixture.open(journal -> journal);
        OrganisationConfig organisation = new OrganisationConfig(List.of(new OrganisationConfig.Tenant(
                "acme",
                List.of(),
                List.of(),
                List.of(new OrganisationConfig.Member("ann", List.of())),
                List.of(new OrganisationConfig.Member("bot", List.of())))));
        engine = PolicyEngine.create(
                new PolicyConfig(
                        organisation,
                        List.of(
                                rule("read", Rule.Effect.ALLOW, "files__read", null, Obligations.NONE),
                                rule("reads", Rule.Effect.LABEL, "files__read", null, Obligations.label("private")),
                                rule("send", Rule.Effect.REQUIRE_APPROVAL, "mail__*", null, Obligations.NONE),
                                rule(
                                        "leak",
                                        Rule.Effect.DENY,
                                        "mail__send",
                                        "session.has(\"private\")",
                                        Obligations.NONE),
                                rule(
                                        "second",
                                        Rule.Effect.REQUIRE_APPROVAL,
                                        "mail__forward",
                                        "session.has(\"private\")",
                                        Obligations.NONE)),
                        List.of(),
                        new ApprovalConfig(
                                List.of(), Duration.ofMinutes(5), Duration.ofMinutes(9), Duration.ofMinutes(9))),
                fixture.ground);
    }

    @AfterEach
    void close() {
        engine.close();
        fixture.close();
    }

    private static Rule rule(
            String id, Rule.Effect effect, String tool, @Nullable String when, Obligations obligations) {
        return new Rule(id, effect, Rule.Who.ANYBODY, Selectors.tools(tool), when, List.of(), null, obligations);
    }

    private CallOutcome call(String server, String tool) {
        return engine.governor()
                .<EngineFixture.Words>govern(
                        Calls.tool(BOT, new Resource.Tool(server, tool, "d".repeat(64)), "{}"),
                        (cleared, out) -> {
                            ran.incrementAndGet();
                            return Usage.NO_TOKENS;
                        },
                        words -> {});
    }

    private Ticket onlyTicket() {
        return engine.approvals().list("acme", null, 10).getFirst();
    }

    private AtomicReference<@Nullable CallOutcome> held(String tool) {
        return held(tool, 1);
    }

    /** @param tickets as many as there are by then */
    private AtomicReference<@Nullable CallOutcome> held(String tool, int tickets) {
        AtomicReference<@Nullable CallOutcome> outcome = new AtomicReference<>();
        Thread.ofVirtual().start(() -> outcome.set(call("mail", tool)));
        await().until(() -> engine.approvals().list("acme", null, 10).size() == tickets);
        return outcome;
    }

    private void approve() {
        Vote yes = new Vote("ann", Vote.Choice.APPROVE, null, Vote.Channel.API);
        assertInstanceOf(
                VoteResult.Decided.class,
                engine.approvals().decide("acme", onlyTicket().id(), yes));
    }

    private Denial denial(AtomicReference<@Nullable CallOutcome> outcome) {
        await().until(() -> outcome.get() != null);
        return assertInstanceOf(CallOutcome.Denied.class, outcome.get()).denial();
    }

    @Test
    void aCallRunsIfNothingHappens() {
        AtomicReference<@Nullable CallOutcome> outcome = held("send");
        approve();
        await().until(() -> outcome.get() != null);
        assertInstanceOf(CallOutcome.Completed.class, outcome.get());
    }

    @Test
    void whatItsSessionDidMeanwhileCountsBeforeTheYesIsUsed() {
        AtomicReference<@Nullable CallOutcome> outcome = held("send");
        assertInstanceOf(CallOutcome.Completed.class, call("files", "read"));
        approve();
        assertEquals(Denial.Reason.APPROVAL_WITHDRAWN, denial(outcome).reason());
        assertEquals(TicketState.Name.APPROVED, onlyTicket().state().name());
        assertEquals(1, ran.get(), "what was read, and no more");
        CallOutcome again = call("mail", "send");
        assertTrue(assertInstanceOf(CallOutcome.Denied.class, again)
                .denial()
                .detail()
                .contains("\"leak\""));
    }

    @Test
    void aRuleThatAsksTooByThenIsNotPassedByTheYesOfAnother() {
        AtomicReference<@Nullable CallOutcome> outcome = held("forward");
        assertInstanceOf(CallOutcome.Completed.class, call("files", "read"));
        approve();
        assertEquals(Denial.Reason.APPROVAL_WITHDRAWN, denial(outcome).reason());
        assertEquals(1, ran.get());
        Ticket before = onlyTicket();
        AtomicReference<@Nullable CallOutcome> repeat = held("forward", 2);
        assertEquals(
                TicketState.Name.WITHDRAWN,
                engine.approvals()
                        .find("acme", before.id())
                        .orElseThrow()
                        .state()
                        .name());
        assertEquals("send,second", onlyTicket().request().rules());
        approve();
        await().until(() -> repeat.get() != null);
        assertInstanceOf(CallOutcome.Completed.class, repeat.get());
    }

    @Test
    void whoIsStoppedMeanwhileHearsSoAndHasNotUsedTheYes() {
        AtomicReference<@Nullable CallOutcome> outcome = held("send");
        StopOwner bot = StopOwner.parse("acme", "agent:bot");
        assertInstanceOf(Stops.Result.Done.class, engine.stops().stop(bot, Stop.Cause.PERSON, "it runs wild", "maria"));
        assertEquals(Denial.Reason.STOPPED, denial(outcome).reason());
        approve();
        assertInstanceOf(Stops.Result.Done.class, engine.stops().resume(bot, "it is well", "maria"));
        assertInstanceOf(CallOutcome.Completed.class, call("mail", "send"));
        assertEquals(
                Optional.of("redeemed"), Optional.of(onlyTicket().state().name().code()));
    }
}
