package dev.portreeve.policy.budget;

import static dev.portreeve.policy.budget.PurseFixture.BOT;
import static dev.portreeve.policy.budget.PurseFixture.OTHER;
import static dev.portreeve.policy.budget.PurseFixture.call;
import static dev.portreeve.policy.budget.PurseFixture.organisation;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.JournalEntry;
import dev.portreeve.policy.budget.BudgetOwner.Kind;
import dev.portreeve.policy.budget.PurseFixture.Ending;
import dev.portreeve.policy.call.BudgetState;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Clearance;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Price;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every ledger promises. */
abstract class BudgetLedgerContract {
    static final String NOON = "2026-05-14T12:00:00Z";
    static final Instant MIDNIGHT = Instant.parse("2026-05-15T00:00:00Z");

    PurseFixture purse;

    abstract PurseFixture open();

    @BeforeEach
    void openPurse() {
        purse = open();
    }

    @AfterEach
    void closePurse() {
        purse.close();
    }

    private CallOutcome.Completed completed(LlmCall call, Ending ending) {
        return assertInstanceOf(CallOutcome.Completed.class, purse.run(call, ending));
    }

    private CallOutcome.Denied denied(LlmCall call) {
        return assertInstanceOf(CallOutcome.Denied.class, purse.run(call, new Ending.Reports(0)));
    }

    @Test
    void holdsTheWorstCaseOnEveryLevelAndSettlesWhatWasUsed() throws CallEnded {
        purse.organise(organisation(1000L, 500L, 100L));
        LlmCall call = call(BOT, 10, 60);
        try (AuditTrail trail = purse.trail(call)) {
            try (Reservation reservation = purse.ledger().reserve(call, trail)) {
                assertEquals(new Balance(1000, 70, 0, 0), purse.today(Kind.TENANT, "acme"));
                assertEquals(new Balance(500, 70, 0, 0), purse.today(Kind.TEAM, "support"));
                assertEquals(new Balance(100, 70, 0, 0), purse.today(Kind.MEMBER, "bot"));
                assertEquals(List.of("call.opened"), purse.records(call.id().value()));
                assertEquals(NanoUsd.ZERO, reservation.cost());
            }
            assertEquals(70, purse.today(Kind.MEMBER, "bot").held(), "close only leaves the settlement");
            trail.conclude(new Facts().put("outcome", "test")).await();
        }
        assertEquals(new Balance(100, 0, 0, 0), purse.today(Kind.MEMBER, "bot"));

        CallOutcome.Completed completed = completed(call(BOT, 10, 60), new Ending.Reports(25));
        assertEquals(new NanoUsd(35), completed.cost());
        assertEquals(new BudgetState(new NanoUsd(65), MIDNIGHT), completed.budget());
        assertEquals(new Balance(1000, 0, 35, 0), purse.today(Kind.TENANT, "acme"));
        assertEquals(new Balance(500, 0, 35, 0), purse.today(Kind.TEAM, "support"));
        assertEquals(new Balance(100, 0, 35, 0), purse.today(Kind.MEMBER, "bot"));
    }

    @Test
    void holdsOnAllLevelsOrOnNone() {
        purse.organise(organisation(1000L, 50L, 100L));
        LlmCall call = call(BOT, 51);
        CallOutcome.Denied denied = denied(call);
        assertEquals(Denial.Stage.BUDGET, denied.denial().stage());
        assertEquals(Denial.Reason.BUDGET_EXHAUSTED, denied.denial().reason());
        assertEquals(new BudgetState(new NanoUsd(50), MIDNIGHT), denied.budget());
        assertEquals(
                "daily budget of team support is exhausted: limit $0.00000005, spent $0, held by running calls $0,"
                        + " this call needs up to $0.000000051; it resets at 2026-05-15T00:00:00Z",
                denied.denial().detail());
        assertEquals(0, purse.today(Kind.TENANT, "acme").held());
        assertEquals(0, purse.today(Kind.MEMBER, "bot").held());
        assertEquals(List.of("call.refused"), purse.records(call.id().value()));
    }

    @Test
    void theLastCentCanBeSpent() {
        purse.organise(organisation(null, null, 100L));
        completed(call(BOT, 100), new Ending.Reports(40));
        completed(call(BOT, 60), new Ending.Reports(60));
        assertEquals(
                new BudgetState(NanoUsd.ZERO, MIDNIGHT), denied(call(BOT, 1)).budget());
    }

    @Test
    void aBudgetOfNothingAdmitsNothingThatCosts() {
        purse.organise(organisation(0L, null, null));
        denied(call(OTHER, 1));
        completed(call(OTHER, 0), new Ending.Reports(0));
    }

    @Test
    void whereNoBudgetAppliesTheCallIsAdmittedAndItsCostKnown() {
        purse.organise(organisation(null, 1L, 1L));
        LlmCall call = call(OTHER, 10, 100);
        CallOutcome.Completed completed = completed(call, new Ending.Reports(7));
        assertEquals(new NanoUsd(17), completed.cost());
        assertNull(completed.budget());
        assertEquals(
                List.of("call.opened", "call.closed"), purse.records(call.id().value()));
    }

    @Test
    void whatNeverRanOrCertainlyDidNothingIsFree() {
        purse.organise(organisation(null, null, 100L));
        purse.run(call(BOT, 100), new Ending.NeverRuns());
        purse.run(call(BOT, 100), new Ending.Fails());
        assertEquals(new Balance(100, 0, 0, 0), purse.today(Kind.MEMBER, "bot"));
    }

    @Test
    void whatNobodyReportedIsCounted() {
        purse.organise(organisation(null, null, 100L));
        assertEquals(
                new NanoUsd(15),
                completed(call(BOT, 10, 50), new Ending.Emits("hello")).cost());
        assertEquals(new Balance(100, 0, 15, 0), purse.today(Kind.MEMBER, "bot"));
    }

    @Test
    void whatIsBilledAboveTheHoldIsAnOverrunAndBlocksTheNext() {
        purse.organise(organisation(1000L, null, 100L));
        CallOutcome.Completed completed = completed(call(BOT, 60), new Ending.Reports(140));
        assertEquals(new NanoUsd(140), completed.cost());
        assertEquals(new BudgetState(NanoUsd.ZERO, MIDNIGHT), completed.budget());
        assertEquals(new Balance(100, 0, 60, 80), purse.today(Kind.MEMBER, "bot"));
        assertEquals(new Balance(1000, 0, 60, 80), purse.today(Kind.TENANT, "acme"));
        CallOutcome.Denied denied = denied(call(BOT, 1));
        assertTrue(
                denied.denial().detail().contains("spent $0.00000014"),
                denied.denial().detail());
        completed(call(OTHER, 860), new Ending.Reports(1));
    }

    @Test
    void aBillBeyondAllReasonDoesNotBreakTheBooks() {
        purse.organise(organisation(1000L, null, null));
        completed(call(BOT, 1), new Ending.Reports(Long.MAX_VALUE - 1));
        completed(call(OTHER, 0), new Ending.Reports(0));
        denied(call(OTHER, 1));
        assertEquals(1, purse.today(Kind.TENANT, "acme").settled());
        assertEquals(0, purse.today(Kind.TENANT, "acme").held());
    }

    @Test
    void aSettlementGoesToTheWindowItsHoldWasMadeIn() throws CallEnded {
        purse.organise(organisation(null, null, 100L));
        WindowKey first = purse.today("member:bot:daily");
        LlmCall late = call(BOT, 100);
        try (AuditTrail trail = purse.trail(late)) {
            try (Reservation reservation = purse.ledger().reserve(late, trail)) {
                purse.clock().advance(Duration.ofHours(12));
                completed(call(BOT, 100), new Ending.Reports(90));
                reservation
                        .<PurseFixture.Words>metered((input, out) -> Usage.UNREPORTED)
                        .execute(Clearance.of(Content.EMPTY), words -> {});
                assertEquals(100, purse.balance(first).held(), "the end of a window does not free what is held in it");
            }
            trail.conclude(new Facts().put("outcome", "test")).await();
        }
        assertEquals(new Balance(100, 0, 0, 0), purse.balance(first));
        assertEquals(new Balance(100, 0, 90, 0), purse.today(Kind.MEMBER, "bot"));
    }

    @Test
    void aLoweredLimitHoldsAtOnceAndKeepsWhatWasSpent() {
        purse.organise(organisation(null, null, 100L));
        completed(call(BOT, 80), new Ending.Reports(80));
        purse.organise(organisation(null, null, 50L));
        assertEquals(
                new BudgetState(NanoUsd.ZERO, MIDNIGHT), denied(call(BOT, 1)).budget());
        assertEquals(80, purse.today(Kind.MEMBER, "bot").settled());
        purse.organise(organisation(null, null, 90L));
        completed(call(BOT, 10), new Ending.Reports(10));
        denied(call(BOT, 1));
        purse.organise(organisation(null, null, null));
        completed(call(BOT, 1000), new Ending.Reports(10));
    }

    @Test
    void aSecondPostingChangesNothing() {
        purse.organise(organisation(null, null, 100L));
        LlmCall call = call(BOT, 60);
        Hold hold = new Hold(
                "acme",
                call.id().value(),
                PurseFixture.money(60),
                new Budgets(ConfiguredBudgets.of(organisation(null, null, 100L)))
                        .above(call, purse.clock().instant()),
                Duration.ofMinutes(1),
                null);
        append(hold);
        append(hold);
        assertInstanceOf(Hold.Decision.Admitted.class, hold.decision());
        assertEquals(new Balance(100, 60, 0, 0), purse.today(Kind.MEMBER, "bot"));
        for (int i = 0; i < 2; i++) {
            Settlement settlement = hold.settlement(PurseFixture.money(20));
            append(settlement);
            assertEquals(Settlement.Result.APPLIED, settlement.result());
            Settlement other = hold.settlement(PurseFixture.money(21));
            append(other);
            assertEquals(Settlement.Result.RESOLVED_BEFORE, other.result());
            assertEquals(new Balance(100, 0, 20, 0), purse.today(Kind.MEMBER, "bot"));
        }
    }

    @Test
    void aSettlementWithoutAHoldChangesNothing() {
        purse.organise(organisation(null, null, 100L));
        Settlement stray = Settlement.assumed(
                "acme", UUID.randomUUID(), List.of(purse.today("member:bot:daily")), Amounts.same(5));
        append(stray);
        assertEquals(Settlement.Result.NO_HOLD, stray.result());
    }

    private void append(BudgetPosting posting) {
        purse.audit().append(JournalEntry.of(purse.book(), posting, List::of)).await();
    }

    @Test
    void aWorstCaseThatCannotBeCountedIsBeyondAnyBudget() {
        purse.organise(organisation(null, null, null));
        Price dear = Price.perCall(new NanoUsd(Long.MAX_VALUE), "test");
        Price dearer =
                new Price(NanoUsd.ofUsd("1"), NanoUsd.ZERO, NanoUsd.ZERO, new NanoUsd(Long.MAX_VALUE), dear.version());
        LlmCall call = new LlmCall(
                new CallId(UUID.randomUUID()),
                OTHER,
                new Resource.Model("fast"),
                "chat",
                Content.EMPTY,
                new Estimate(1, 1, dearer),
                Deadline.in(Duration.ofMinutes(1)));
        assertEquals(Denial.Reason.BUDGET_EXHAUSTED, denied(call).denial().reason());
    }

    @Test
    void aThousandAtOnceSpendALimitOfAHundredExactly() throws Exception {
        purse.organise(organisation(null, 100L, null));
        assertEquals(100, successes(List.of(purse), 1000));
        assertEquals(new Balance(100, 0, 100, 0), purse.today(Kind.TEAM, "support"));
    }

    static int successes(List<PurseFixture> replicas, int calls) throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        int successes = 0;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<CallOutcome>> outcomes = new ArrayList<>();
            for (int i = 0; i < calls; i++) {
                PurseFixture replica = replicas.get(i % replicas.size());
                outcomes.add(threads.submit(() -> {
                    go.await();
                    return replica.run(call(BOT, 1), new Ending.Reports(1));
                }));
            }
            go.countDown();
            for (Future<CallOutcome> outcome : outcomes) {
                successes += outcome.get() instanceof CallOutcome.Completed ? 1 : 0;
            }
        }
        return successes;
    }

    /** Against a model that is too simple to be wrong: sums per budget and day. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void agreesWithAModelOverManyTurns(long seed) {
        new RandomLife(purse, new Random(seed), "seed " + seed).live(300);
    }

    /** Random calls with random endings, nested in time, over days. */
    private static final class RandomLife {
        private final PurseFixture purse;
        private final Random random;
        private final String seed;
        private final Map<WindowKey, long[]> model = new HashMap<>();
        private final List<Running> running = new ArrayList<>();
        private long[] limits = {400, 300, 200};

        record Running(LlmCall call, AuditTrail trail, Reservation reservation, List<WindowKey> windows) {}

        RandomLife(PurseFixture purse, Random random, String seed) {
            this.purse = purse;
            this.random = random;
            this.seed = seed;
        }

        void live(int turns) {
            purse.organise(organisation(limits[0], limits[1], limits[2]));
            for (int turn = 0; turn < turns; turn++) {
                switch (random.nextInt(10)) {
                    case 0 -> purse.clock().advance(Duration.ofHours(random.nextInt(8)));
                    case 1 -> {
                        limits = new long[] {random.nextLong(500), random.nextLong(400), random.nextLong(300)};
                        purse.organise(organisation(limits[0], limits[1], limits[2]));
                    }
                    case 2, 3, 4, 5 -> begin();
                    default -> end();
                }
                check();
            }
            while (!running.isEmpty()) {
                end();
            }
            check();
            for (WindowKey window : model.keySet()) {
                assertEquals(0, purse.balance(window).held(), seed);
            }
        }

        private void begin() {
            boolean bot = random.nextInt(3) > 0;
            long amount = random.nextLong(120);
            LlmCall call = call(bot ? BOT : OTHER, amount);
            List<String> ids = bot
                    ? List.of("tenant:acme:daily", "team:support:daily", "member:bot:daily")
                    : List.of("tenant:acme:daily");
            List<WindowKey> windows = ids.stream().map(purse::today).toList();
            boolean fits = true;
            for (int i = 0; i < ids.size(); i++) {
                long[] sums = model.computeIfAbsent(windows.get(i), window -> new long[3]);
                fits &= amount == 0 || sums[0] + sums[1] + sums[2] + amount <= limits[i];
            }
            AuditTrail trail = purse.trail(call);
            try {
                Reservation reservation = purse.ledger().reserve(call, trail);
                assertTrue(fits, seed + ": admitted " + amount);
                trail.opened().await();
                List<WindowKey> held = amount == 0 ? List.of() : windows;
                held.forEach(window -> model(window)[0] += amount);
                running.add(new Running(call, trail, reservation, held));
            } catch (CallEnded ended) {
                assertFalse(fits, seed + ": refused " + amount + " " + ended.outcome());
                trail.conclude(new Facts().put("outcome", "denied")).await();
            }
        }

        private long[] model(WindowKey window) {
            return model.get(window);
        }

        private void end() {
            if (running.isEmpty()) {
                return;
            }
            Running one = running.remove(random.nextInt(running.size()));
            long held = one.call().estimate().outputTokens();
            long used = random.nextInt(4) == 0 ? -1 : random.nextLong(held + 20);
            try (AuditTrail trail = one.trail()) {
                try (Reservation reservation = one.reservation()) {
                    if (used >= 0) {
                        reservation
                                .<PurseFixture.Words>metered(
                                        (input, out) -> new Usage(0, 0, used, Usage.Basis.REPORTED))
                                .execute(Clearance.of(Content.EMPTY), words -> {});
                    }
                }
                trail.conclude(new Facts().put("outcome", "test")).await();
            } catch (CallEnded impossible) {
                throw new AssertionError(impossible);
            }
            for (WindowKey window : one.windows()) {
                model(window)[0] -= held;
                model(window)[1] += Math.min(held, Math.max(0, used));
                model(window)[2] += Math.max(0, used - held);
            }
        }

        private void check() {
            model.forEach((window, sums) -> {
                Balance balance = purse.balance(window);
                assertNotNull(balance, seed);
                assertEquals(sums[0], balance.held(), seed + " held " + window);
                assertEquals(sums[1], balance.settled(), seed + " settled " + window);
                assertEquals(sums[2], balance.overrun(), seed + " overrun " + window);
                assertTrue(balance.held() + balance.settled() <= balance.limit(), seed + " limit " + window);
            });
        }
    }
}
