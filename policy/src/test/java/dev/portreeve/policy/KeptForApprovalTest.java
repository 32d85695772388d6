package dev.portreeve.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.EngineFixture.Words;
import dev.portreeve.policy.approval.ApprovalConfig.Money;
import dev.portreeve.policy.approval.Vote;
import dev.portreeve.policy.budget.Accounts;
import dev.portreeve.policy.budget.Reconciliation;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.call.ToolCall;
import dev.portreeve.policy.call.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a call that waits for a person held is kept for the one that comes again: two gateways on one database. */
class KeptForApprovalTest {
    private static final long COST = 5;
    private static final long LIMIT = 1000;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private EngineFixture one;
    private EngineFixture other;

    private void open(Money money) {
        one = EngineFixture.open(journal -> journal, money);
        other = one.restart();
    }

    @AfterEach
    void close() {
        threads.close();
        other.close();
        one.close();
    }

    private static CallOutcome govern(EngineFixture gateway, GovernedCall call, Usage usage) {
        return gateway.engine.governor().<Words>govern(call, (cleared, out) -> usage, words -> {});
    }

    private CallOutcome write(EngineFixture gateway, ToolCall call) throws Exception {
        return threads.submit(() -> govern(gateway, call, Usage.UNREPORTED)).get(60, TimeUnit.SECONDS);
    }

    private static ToolCall write() {
        return EngineFixture.tool("write", false);
    }

    private static UUID ticket(CallOutcome outcome) {
        return assertInstanceOf(CallOutcome.AwaitingApproval.class, outcome, outcome::toString)
                .ticket();
    }

    private void vote(UUID ticket, Vote.Choice choice) {
        other.engine.approvals().decide("acme", ticket, new Vote("maria", choice, null, Vote.Channel.API));
    }

    /** All but what a write costs. */
    private void spendTheRest() {
        CallOutcome outcome = govern(
                other,
                EngineFixture.llm("fast", "hello", LIMIT - COST - 10),
                new Usage(10, 0, LIMIT - COST - 10, Usage.Basis.REPORTED));
        assertInstanceOf(CallOutcome.Completed.class, outcome, outcome::toString);
        Awaitility.await().until(() -> spent() == LIMIT - COST);
    }

    private long spent() {
        return Long.parseLong(one.query("SELECT coalesce(sum(settled_nanos), 0)::text FROM policy.budget_window")
                .getFirst());
    }

    private void agrees() {
        Reconciliation sums = new Accounts(one.database.app().dataSource())
                .reconcile("acme", Instant.EPOCH, Instant.now().plus(Duration.ofDays(1)));
        assertTrue(sums.agrees(), sums::toString);
    }

    private void isGivenBack(ToolCall call) {
        Awaitility.await().untilAsserted(() -> assertEquals(0, one.held()));
        assertEquals("released 0", one.posting(call.id().value()));
        assertEquals(List.of(), one.query("SELECT call_id::text FROM policy.parked_hold"));
        agrees();
    }

    @ParameterizedTest
    @EnumSource(Money.class)
    void theApprovedCallIsPaidIfItsMoneyWasKept(Money money) throws Exception {
        open(money);
        ToolCall first = write();
        UUID ticket = ticket(write(one, first));
        if (money == Money.RELEASED) {
            // Something else is quicker.
            govern(
                    other,
                    EngineFixture.llm("fast", "hello", LIMIT - 10),
                    new Usage(10, 0, LIMIT - 10, Usage.Basis.REPORTED));
            vote(ticket, Vote.Choice.APPROVE);
            CallOutcome refused = write(other, write());
            Denial denial = assertInstanceOf(CallOutcome.Denied.class, refused, refused::toString)
                    .denial();
            assertEquals(Denial.Stage.BUDGET, denial.stage());
            return;
        }
        spendTheRest();
        vote(ticket, Vote.Choice.APPROVE);
        ToolCall again = write();
        CallOutcome outcome = write(other, again);
        assertInstanceOf(CallOutcome.Completed.class, outcome, outcome::toString);
        Awaitility.await().untilAsserted(() -> assertEquals(LIMIT, spent()));
        assertEquals("settled 5", one.posting(again.id().value()));
        String opened = one.leaves(again.id().value()).getFirst();
        assertTrue(
                opened.contains("\"takes_over\"")
                        && opened.contains(first.id().toString())
                        && opened.contains("\"was\":\"held\""),
                opened);
        assertEquals(
                1,
                one.leaves(first.id().value()).stream()
                        .filter(leaf -> leaf.contains("\"settlement\":"))
                        .count());
        isGivenBack(first);
    }

    @Test
    void aCallThatCostsMoreNeedsOnlyTheDifferenceAndARefusedOneTakesNothing() throws Exception {
        open(Money.HELD);
        UUID ticket = ticket(write(one, write()));
        spendTheRest();
        vote(ticket, Vote.Choice.APPROVE);
        CallOutcome refused = write(other, EngineFixture.tool("write", false, COST + 1));
        assertEquals(
                Denial.Stage.BUDGET,
                assertInstanceOf(CallOutcome.Denied.class, refused, refused::toString)
                        .denial()
                        .stage());
        assertEquals(COST, one.held());
        one.execute("UPDATE policy.budget SET limit_nanos = limit_nanos + 1");
        Awaitility.await()
                .until(() ->
                        write(other, EngineFixture.tool("write", false, COST + 1)) instanceof CallOutcome.Completed);
        Awaitility.await().untilAsserted(() -> assertEquals(LIMIT + 1, spent()));
        assertEquals(0, one.held());
        agrees();
    }

    @Test
    void repeatsWhileItWaitsHandTheMoneyOn() throws Exception {
        open(Money.HELD);
        ToolCall first = write();
        UUID ticket = ticket(write(one, first));
        spendTheRest();
        ToolCall second = write();
        assertEquals(ticket, ticket(write(other, second)));
        assertEquals("released 0", one.posting(first.id().value()));
        assertNull(one.posting(second.id().value()));
        assertEquals(COST, one.held());
        vote(ticket, Vote.Choice.DENY);
        isGivenBack(second);
    }

    @Test
    void anExpiredTicketGivesItBackAlsoWhenItsGatewayIsGone() throws Exception {
        open(Money.HELD);
        ToolCall call = write();
        UUID ticket = ticket(write(other, call));
        other.close();
        other = one.restart();
        one.execute("UPDATE policy.approval SET expires_at = now() - interval '1 second' WHERE id = '" + ticket + "'");
        isGivenBack(call);
    }

    @Test
    void aNoGivesItBackOnceHoweverManyGatewaysSeeIt() throws Exception {
        open(Money.HELD);
        ToolCall call = write();
        vote(ticket(write(one, call)), Vote.Choice.DENY);
        isGivenBack(call);
        assertEquals(0, spent());
    }

    @Test
    void nobodyChargesItWhenTheHoldIsOlderThanAnyCall() throws Exception {
        open(Money.HELD);
        ToolCall call = write();
        UUID ticket = ticket(write(one, call));
        one.execute("UPDATE policy.hold SET expires_at = now() - interval '1 second'");
        other.close();
        // Sweeps before it does anything else.
        other = one.restart();
        assertNull(one.posting(call.id().value()));
        assertEquals(COST, one.held());
        vote(ticket, Vote.Choice.APPROVE);
        assertInstanceOf(CallOutcome.Completed.class, write(other, write()));
        Awaitility.await().untilAsserted(() -> assertEquals(COST, spent()));
        isGivenBack(call);
    }

    @Test
    void manyAtOnceKeepOneHoldAndUseItOnce() throws Exception {
        open(Money.HELD);
        UUID ticket = ticket(atOnce().getFirst());
        assertEquals(COST, one.held());
        vote(ticket, Vote.Choice.APPROVE);
        List<CallOutcome> outcomes = atOnce();
        assertEquals(
                1,
                outcomes.stream()
                        .filter(outcome -> outcome instanceof CallOutcome.Completed)
                        .count());
        Awaitility.await().untilAsserted(() -> assertEquals(COST, spent()));
        // The others ask anew, all under one ticket.
        List<UUID> anew = outcomes.stream()
                .filter(outcome -> !(outcome instanceof CallOutcome.Completed))
                .map(KeptForApprovalTest::ticket)
                .distinct()
                .toList();
        assertEquals(1, anew.size());
        Awaitility.await().untilAsserted(() -> assertEquals(COST, one.held()));
        agrees();
        vote(anew.getFirst(), Vote.Choice.DENY);
        Awaitility.await().untilAsserted(() -> assertEquals(0, one.held()));
        assertEquals(COST, spent());
        agrees();
    }

    private List<CallOutcome> atOnce() throws Exception {
        List<Future<CallOutcome>> running = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            EngineFixture gateway = i % 2 == 0 ? one : other;
            running.add(threads.submit(() -> govern(gateway, write(), Usage.UNREPORTED)));
        }
        List<CallOutcome> outcomes = new ArrayList<>();
        for (Future<CallOutcome> each : running) {
            outcomes.add(each.get(60, TimeUnit.SECONDS));
        }
        return outcomes;
    }
}
