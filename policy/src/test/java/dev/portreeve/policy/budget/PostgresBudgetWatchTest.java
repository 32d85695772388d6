package dev.portreeve.policy.budget;

import static dev.portreeve.policy.budget.PurseFixture.BOT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.Labels;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Price;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Secret;
import dev.portreeve.policy.notice.EmailConfig;
import dev.portreeve.policy.notice.NoticeConfig;
import dev.portreeve.policy.notice.Receivers;
import dev.portreeve.policy.notice.Webhook;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What people are told of budgets, on a real database. */
class PostgresBudgetWatchTest {
    private static final NoticeConfig RECEIVERS = new NoticeConfig(
            List.of(new Webhook(
                    URI.create("https://hooks.example.com/budgets"),
                    new Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))),
            new EmailConfig(
                    "portreeve@example.com", List.of("ops@example.com"), "mail.example.com", null, null, null, null));

    private PostgresPurse purse;

    @BeforeEach
    void open() {
        purse = PostgresPurse.open(Instant.now().toString());
    }

    @AfterEach
    void close() {
        purse.close();
    }

    private PostgresBudgetWatch watch() {
        return new PostgresBudgetWatch(purse.database.app().dataSource(), new Receivers(RECEIVERS, UUID::randomUUID));
    }

    private CallOutcome spend(long nanos) {
        return purse.run(PurseFixture.call(BOT, nanos), new PurseFixture.Ending.Reports(nanos));
    }

    private List<String> told() {
        return purse.query(
                "SELECT budget_id || ' ' || percent || ' of ' || limit_nanos FROM policy.budget_warning ORDER BY 1",
                row -> row.getString(1));
    }

    private List<String> messages(String way) {
        return purse.query(
                "SELECT convert_from(body, 'UTF8') FROM policy.notice WHERE way = ? ORDER BY 1",
                row -> row.getString(1),
                way);
    }

    @Test
    void eachThresholdIsToldOnceByEachWay() {
        purse.organise(Purses.ofBot(Purses.of(1000).warnAt(50, 80)));
        PostgresBudgetWatch watch = watch();
        spend(499);
        assertEquals(0, watch.thresholds());
        spend(1);
        assertEquals(1, watch.thresholds());
        assertEquals(0, watch.thresholds());
        spend(400);
        assertEquals(1, watch.thresholds());
        assertEquals(0, watch.thresholds());
        // As after a restart.
        assertEquals(0, watch().thresholds());
        assertEquals(List.of("member:bot:total 50 of 1000", "member:bot:total 80 of 1000"), told());
        List<String> hooks = messages("webhook");
        assertEquals(2, hooks.size());
        assertTrue(hooks.getFirst().startsWith("{\"type\":\"budget.threshold\",\"timestamp\":\""), hooks.getFirst());
        assertTrue(
                hooks.getFirst()
                        .endsWith(
                                "\"data\":{\"tenant\":\"acme\",\"budget\":\"member:bot:total\",\"owner_kind\":\"member\","
                                        + "\"owner\":\"bot\",\"percent\":50,\"unit\":\"usd\",\"limit\":\"0.000001\",\"spent\":"
                                        + "\"0.0000005\",\"soft\":false,\"window\":\"total\"}}"),
                hooks.getFirst());
        List<String> mails = messages("email");
        assertEquals(2, mails.size());
        assertTrue(
                mails.getLast()
                        .startsWith(
                                "[portreeve] budget member:bot:total has passed 80 %: $0.0000009 of $0.000001 spent\n"),
                mails.getLast());
    }

    @Test
    void severalReplicasThatLookAtOnceTellOnce() throws Exception {
        purse.organise(Purses.ofBot(
                Purses.of(1000).warnAt(10, 20, 30),
                Purses.of(2000).named("other").warnAt(5)));
        spend(400);
        assertEquals(4, atOnce(PostgresBudgetWatch::thresholds));
        assertEquals(4, messages("webhook").size());
    }

    /** What four replicas find that look at the same time. */
    private int atOnce(ToIntFunction<PostgresBudgetWatch> look) throws Exception {
        List<PostgresBudgetWatch> watches = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            watches.add(watch());
        }
        int sum = 0;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> looks = watches.stream()
                    .map(watch -> threads.submit(() -> look.applyAsInt(watch)))
                    .toList();
            for (Future<Integer> each : looks) {
                sum += each.get();
            }
        }
        return sum;
    }

    @Test
    void severalReplicasThatFindOverrunsAtOnceTellOnce() throws Exception {
        purse.organise(Purses.ofBot(Purses.of(10_000)));
        for (int i = 0; i < 20; i++) {
            purse.run(PurseFixture.call(BOT, 10), new PurseFixture.Ending.Reports(35));
        }
        assertEquals(20, atOnce(PostgresBudgetWatch::overruns));
    }

    @Test
    void aRaiseCountsAsLongAsItLasts() {
        purse.organise(Purses.ofBot(Purses.of(1000).warnAt(50)));
        purse.raise("member:bot:total", "0.000001", Duration.ofHours(1));
        spend(600);
        assertEquals(0, watch().thresholds());
        purse.age(Duration.ofMinutes(61));
        assertEquals(1, watch().thresholds());
        assertEquals(List.of("member:bot:total 50 of 1000"), told());
    }

    @Test
    void anotherLimitIsAnotherPromise() {
        purse.organise(Purses.ofBot(Purses.of(1000).warnAt(80)));
        spend(850);
        assertEquals(1, watch().thresholds());
        purse.organise(Purses.ofBot(Purses.of(2000).warnAt(80)));
        assertEquals(0, watch().thresholds());
        spend(800);
        assertEquals(1, watch().thresholds());
        assertEquals(List.of("member:bot:total 80 of 1000", "member:bot:total 80 of 2000"), told());
    }

    @Test
    void eachWindowAndEachSessionIsToldApart() {
        purse.organise(Purses.ofBot(
                Purses.of(100).window(BudgetConfig.Window.DAILY).perSession().warnAt(50)));
        for (String session : List.of("s1", "s2", "s1")) {
            LlmCall call = PurseFixture.call(BOT.saying(new Labels(session, List.of())), 30);
            assertInstanceOf(CallOutcome.Completed.class, purse.run(call, new PurseFixture.Ending.Reports(30)));
        }
        PostgresBudgetWatch watch = watch();
        assertEquals(1, watch.thresholds());
        assertEquals(List.of("member:bot:daily:per-session~s1 50 of 100"), told());
        assertTrue(messages("webhook")
                .getFirst()
                .contains("\"budget\":\"member:bot:daily:per-session\",\"session\":\"s1\""));
        // A window that ended long ago is nobody's news.
        purse.execute("UPDATE policy.budget_window SET ends_at = now() - interval '2 hours'");
        purse.execute("DELETE FROM policy.budget_warning");
        assertEquals(0, watch().thresholds());
    }

    @Test
    void aRollingBudgetIsToldAgainWhenItsLengthHasPassed() {
        purse.organise(Purses.ofBot(Purses.of(100).rolling("PT1H").warnAt(50)));
        spend(60);
        PostgresBudgetWatch watch = watch();
        assertEquals(1, watch.thresholds());
        purse.execute("UPDATE policy.budget_warning SET again_at = now() - interval '1 second'");
        purse.age(Duration.ofMinutes(70));
        // What it counts no longer is taken off, though no call has come since.
        assertEquals(0, watch.thresholds());
        spend(70);
        assertEquals(1, watch.thresholds());
        assertEquals(0, watch.thresholds());
    }

    @Test
    void aSoftBudgetWarnsAndRefusesNothing() {
        purse.organise(Purses.ofBot(
                Purses.of(100).soft().warnAt(100, 250), Purses.of(1000).named("hard")));
        PostgresBudgetWatch watch = watch();
        for (int i = 0; i < 3; i++) {
            CallOutcome.Completed done = assertInstanceOf(CallOutcome.Completed.class, spend(100));
            // What is left is said of the budget that refuses.
            assertEquals(1000 - 100 * (i + 1), done.budget().money().remaining().nanos());
            assertEquals(i == 1 ? 0 : 1, watch.thresholds(), "after call " + i);
        }
        BudgetReport.Line soft = report().stream()
                .filter(line -> line.period().equals("total (soft)"))
                .findFirst()
                .orElseThrow();
        assertEquals(
                List.of(100L, 300L, 0L),
                List.of(
                        soft.limit().count(),
                        soft.spent().count(),
                        soft.remaining().count()));
        LlmCall recorded = PurseFixture.call(BOT, 10);
        purse.run(recorded, new PurseFixture.Ending.Reports(10));
        String opened = purse.leaves(recorded.id().value()).getFirst();
        assertTrue(opened.contains("\"limit_usd\":\"0.0000001\",\"remaining_usd\":\"0\",\"soft\":true"), opened);
        // From now on it refuses, as far as it is spent already.
        purse.organise(Purses.ofBot(Purses.of(100).warnAt(100)));
        assertInstanceOf(CallOutcome.Denied.class, spend(1));
        purse.organise(Purses.ofBot(Purses.of(100).soft()));
        assertInstanceOf(CallOutcome.Completed.class, spend(1));
    }

    private List<BudgetReport.Line> report() {
        PostgresBudgets budgets = new PostgresBudgets(purse.database.app().dataSource(), purse.clock());
        return budgets.report("acme").lines();
    }

    @Test
    void whatIsBilledAboveTheHoldIsToldOnceInOneMessage() {
        purse.organise(Purses.ofBot(Purses.of(1000)));
        PostgresBudgetWatch watch = watch();
        spend(50);
        assertEquals(0, watch.overruns());
        List<UUID> calls = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            LlmCall call = PurseFixture.call(BOT, 10);
            calls.add(call.id().value());
            purse.run(call, new PurseFixture.Ending.Reports(35));
        }
        assertEquals(2, watch.overruns());
        assertEquals(0, watch.overruns());
        assertEquals(0, watch().overruns());
        List<String> hooks = messages("webhook");
        assertEquals(1, hooks.size());
        assertTrue(hooks.getFirst().startsWith("{\"type\":\"budget.overrun\""), hooks.getFirst());
        assertTrue(
                hooks.getFirst()
                        .contains("\"calls\":2,\"overrun_usd\":\"0.00000005\",\"within_hold_usd\":\"0.00000002\""),
                hooks.getFirst());
        calls.forEach(call -> assertTrue(hooks.getFirst().contains(call.toString()), hooks.getFirst()));
        assertTrue(messages("email").getFirst().startsWith("[portreeve] 2 calls were billed $0.00000005 above"));
    }

    /** Where no dollars are counted beside them, too. */
    @Test
    void tokensAboveTheHoldAreToldThoughTheirMoneyIsNot() {
        purse.organise(Purses.ofBot(Purses.ofTokens(1000), Purses.ofTokens(5000).window(BudgetConfig.Window.DAILY)));
        PostgresBudgetWatch watch = watch();
        LlmCall free = new LlmCall(
                PurseFixture.call(BOT, 1).id(),
                BOT,
                new Resource.Model("fast"),
                "chat",
                Content.EMPTY,
                new Estimate(0, 10, Price.perCall(NanoUsd.ZERO, "test")),
                Deadline.in(Duration.ofMinutes(5)));
        purse.run(free, new PurseFixture.Ending.Reports(35));
        assertEquals(1, watch.overruns());
        assertEquals(0, watch.overruns());
        String hook = messages("webhook").getFirst();
        assertTrue(
                hook.contains("\"calls\":1,\"overrun_usd\":\"0\",\"overrun_tokens\":25,\"within_hold_usd\":\"0\""),
                hook);
        assertTrue(
                messages("email").getFirst().startsWith("[portreeve] a call was billed 25 tokens above"),
                messages("email")::getFirst);
    }

    @Test
    void nobodyIsToldWithoutAReceiverAndItIsKnownAllTheSame() {
        purse.organise(Purses.ofBot(Purses.of(100).warnAt(10)));
        spend(20);
        PostgresBudgetWatch watch = new PostgresBudgetWatch(purse.database.app().dataSource(), Receivers.none());
        assertEquals(1, watch.thresholds());
        assertEquals(List.of(), messages("webhook"));
        assertEquals(0, watch().thresholds());
    }

    @Test
    void thresholdsThatCouldNeverBeReachedAreRefused() {
        for (Purses wrong : List.of(
                Purses.of(1).warnAt(101),
                Purses.of(1).warnAt(0),
                Purses.of(1).warnAt(50, 50),
                Purses.of(1).soft().warnAt(1001))) {
            assertThrows(IllegalArgumentException.class, wrong::config);
        }
        assertEquals(List.of(100), Purses.of(1).soft().config().warnAt());
    }
}
