package dev.portreeve.policy.budget;

import static dev.portreeve.policy.budget.PurseFixture.BOT;
import static dev.portreeve.policy.budget.PurseFixture.call;
import static dev.portreeve.policy.budget.PurseFixture.organisation;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.call.CallOutcome;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PostgresBudgetRaisesTest extends BudgetRaisesContract {
    private static final String LEFT =
            "SELECT limit_nanos - held_nanos - settled_nanos - leased_nanos FROM policy.budget_window";

    @Override
    PurseFixture open() {
        return PostgresPurse.open(NOON);
    }

    private PostgresPurse purse() {
        return (PostgresPurse) purse;
    }

    @AfterEach
    void everythingAddsUp() {
        PostgresBudgetLedgerTest.assertReplayEqualsBalances(purse());
        assertEquals(
                List.of(),
                purse().query(LEFT, row -> row.getLong(1)).stream()
                        .filter(left -> left < 0)
                        .toList());
    }

    private long leased() {
        return purse().query("SELECT coalesce(sum(nanos), 0) FROM policy.lease", row -> row.getLong(1))
                .getFirst();
    }

    @Test
    void whatIsLeasedAboveTheLimitIsNotRenewedWhenTheRaiseEnds() {
        purse.organise(organisation(null, null, 100L));
        purse.raise("member:bot:daily", "0.0001", HOUR);
        for (int i = 0; i < 5; i++) {
            completed(90, 20);
        }
        assertTrue(leased() > 0);
        purse.age(HOUR.plusSeconds(1));
        denied(1);
        assertEquals(0, leased());
    }

    @Test
    void anotherReplicaHasTheRaiseWhenItLooksAndNoneAfterItsEnd() {
        purse.organise(organisation(null, null, 100L));
        try (PostgresPurse other = purse().replica()) {
            purse.raise("member:bot:daily", "0.00000005", HOUR);
            other.budgets().refresh();
            assertInstanceOf(
                    CallOutcome.Completed.class, other.run(call(BOT, 150), new PurseFixture.Ending.Reports(0)));
            purse.age(HOUR.plusSeconds(1));
            // It has not looked since; the database says what holds.
            assertInstanceOf(CallOutcome.Denied.class, other.run(call(BOT, 150), new PurseFixture.Ending.Reports(0)));
            other.budgets().refresh();
            assertInstanceOf(CallOutcome.Denied.class, other.run(call(BOT, 101), new PurseFixture.Ending.Reports(0)));
            assertInstanceOf(
                    CallOutcome.Completed.class, other.run(call(BOT, 100), new PurseFixture.Ending.Reports(0)));
        }
    }

    @Test
    void aReplicaThatIsToldNothingNoticesTheEnd() {
        purse.organise(organisation(null, null, 100L));
        purse.raise("member:bot:daily", "0.00000005", Duration.ofSeconds(1));
        Budgets raised = purse().budgets().get();
        Awaitility.await().until(() -> {
            purse().budgets().refresh();
            return purse().budgets().get() != raised;
        });
        denied(101);
        completed(100, 0);
    }

    @Test
    void aBurnDownShowsARaiseBeforeAnyCallAndNotAfterItsEnd() {
        purse.organise(organisation(null, null, 100L));
        completed(10, 10);
        assertEquals("$0.0000001", burningLimit());
        purse.raise("member:bot:daily", "0.00000005", HOUR);
        assertEquals("$0.00000015", burningLimit());
        purse.organise(organisation(null, null, 120L));
        assertEquals("$0.00000017", burningLimit());
        purse().execute("UPDATE policy.budget_raise SET ends_at = now()");
        assertEquals("$0.00000012", burningLimit());
    }

    /** It is asked what runs now by the database's clock, for which this day may be over. */
    private String burningLimit() {
        purse().execute("UPDATE policy.budget_window SET ends_at = NULL");
        return Objects.requireNonNull(
                        new PostgresBurnDown(purse().database.app().dataSource()).of("acme", "member:bot:daily"))
                .limit()
                .text();
    }

    @Test
    void aRaiseIsRecordedAndShown() {
        purse.organise(organisation(null, null, 100L));
        purse.raise("member:bot:daily", "0.00000005", HOUR);
        BudgetReport.Line line = purse().budgets().report("acme").lines().getFirst();
        assertEquals("$0.00000015", line.limit().text());
        assertEquals("$0.00000015", line.remaining().text());
        BudgetRaise raise = line.raises().getFirst();
        assertEquals("$0.00000005", raise.amount().text());
        assertEquals("a launch", raise.reason());
        assertEquals("ops", raise.by());
        String record = purse().query(
                        "SELECT convert_from(leaf, 'UTF8') FROM audit.record WHERE kind = 'admin.action'",
                        row -> row.getString(1))
                .getFirst();
        for (String part : List.of(
                "\"action\":\"raise_budget\"",
                "\"actor\":\"ops\"",
                "\"before\":{\"limit\":\"0.0000001\",\"unit\":\"usd\"}",
                "\"by\":\"0.00000005\"",
                "\"reason\":\"a launch\"")) {
            assertTrue(record.contains(part), record);
        }
        purse.age(HOUR.plusSeconds(1));
        line = purse().budgets().report("acme").lines().getFirst();
        assertEquals("$0.0000001", line.limit().text());
        assertEquals(List.of(), line.raises());
    }

    private String refused(String budget, String by, Duration time) {
        BudgetOrders.Result result = purse().orders()
                .raise("acme", budget, new BigDecimal(by), Instant.now().plus(time), "why", "ops");
        return assertInstanceOf(BudgetOrders.Result.Refused.class, result).why();
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        purse.organise(Purses.ofBot(Purses.of(100).window(BudgetConfig.Window.DAILY), Purses.ofTokens(10)));
        String daily = "member:bot:daily";
        for (String by : List.of("0", "-1")) {
            assertTrue(refused(daily, by, HOUR).contains("more than 0"));
        }
        for (String by : List.of("0.0000000001", "1e400000000", "10000000000", "1e-400000000")) {
            assertTrue(refused(daily, by, HOUR).contains("finer, than usd are counted"), by);
        }
        assertTrue(refused(daily, "9223372036.854775807", HOUR).contains("more than can be counted"));
        assertTrue(refused("member:bot:total:tokens", "1.5", HOUR).contains("tokens are counted"));
        assertTrue(refused(daily, "1", Duration.ofHours(-1)).contains("in the future"));
        assertTrue(refused(daily, "1", Duration.ofDays(367)).contains("at most 366 days"));
        for (int i = 0; i < BudgetRaise.MOST; i++) {
            purse.raise(daily, "0.000000001", HOUR);
        }
        assertTrue(refused(daily, "1", HOUR).contains("raised 20 times already"));
        purse.become("member:bot:total:tokens", BudgetStatus.State.CLOSED, "over");
        assertTrue(refused("member:bot:total:tokens", "1", HOUR).contains("is closed"));
        assertInstanceOf(
                BudgetOrders.Result.Unknown.class,
                purse().orders()
                        .raise(
                                "acme",
                                "member:none:daily",
                                BigDecimal.ONE,
                                Instant.now().plus(HOUR),
                                "why",
                                "ops"));
        purse.age(HOUR.plusSeconds(1));
        purse.raise(daily, "0.000000001", HOUR);
    }
}
