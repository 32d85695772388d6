package dev.portreeve.policy.budget;

import static dev.portreeve.policy.budget.PurseFixture.BOT;
import static dev.portreeve.policy.budget.PurseFixture.call;
import static dev.portreeve.policy.budget.PurseFixture.organisation;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.signal.PostgresNotifications;
import java.util.List;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PostgresBudgetStatesTest extends BudgetStatesContract {
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
    }

    private static LeaseSweeper sweeper(PostgresPurse replica) {
        return new LeaseSweeper(replica.database.app().dataSource(), replica.audit(), replica.ledger, UUID::randomUUID);
    }

    private long leased() {
        return purse().query("SELECT coalesce(sum(nanos), 0) FROM policy.lease", row -> row.getLong(1))
                .getFirst();
    }

    @Test
    void whatIsLeasedOfAFrozenBudgetIsDrawnNoMoreAndGoesBackOnEveryReplica() {
        purse.organise(organisation(null, null, 10_000L));
        try (PostgresPurse other = purse().replica();
                PostgresNotifications heard =
                        new PostgresNotifications(other.database.app().dataSource())) {
            heard.listen(BudgetNews.CHANNEL, new BudgetNews(other.budgets(), sweeper(other)));
            heard.start();
            completed(100, 100);
            assertInstanceOf(
                    CallOutcome.Completed.class, other.run(call(BOT, 100), new PurseFixture.Ending.Reports(5)));
            assertTrue(leased() > 0);
            purse.become("member:bot:daily", BudgetStatus.State.FROZEN, "look into it");
            new BudgetNews(purse().budgets(), sweeper(purse())).look();
            Awaitility.await().untilAsserted(() -> assertEquals(0, leased()));
            CallOutcome.Denied there = assertInstanceOf(
                    CallOutcome.Denied.class, other.run(call(BOT, 1), new PurseFixture.Ending.Reports(1)));
            assertEquals(Denial.Reason.BUDGET_FROZEN, there.denial().reason());
        }
    }

    /**
     * A replica that nobody told goes on as before until it looks, which it does once a second; but memory gives it no more than what
     * was set aside when the budget was frozen, and nothing is set aside anew. The bound of docs/budgets.md.
     */
    @Test
    void aReplicaThatHasNotHeardGoesOnUntilItLooks() {
        purse.organise(organisation(null, null, 100_000L));
        try (PostgresPurse other = purse().replica()) {
            for (int i = 0; i < 5; i++) {
                assertInstanceOf(
                        CallOutcome.Completed.class, other.run(call(BOT, 100), new PurseFixture.Ending.Reports(5)));
            }
            long setAside = leased();
            assertTrue(setAside > 0);
            purse.become("member:bot:daily", BudgetStatus.State.FROZEN, "look into it");
            for (int i = 0; i < 5; i++) {
                assertInstanceOf(
                        CallOutcome.Completed.class,
                        other.run(call(BOT, 100), new PurseFixture.Ending.Reports(5)),
                        "it has not looked");
                assertTrue(leased() <= setAside, "nothing more is set aside for it");
            }
            new BudgetNews(other.budgets(), sweeper(other)).look();
            CallOutcome.Denied there = assertInstanceOf(
                    CallOutcome.Denied.class, other.run(call(BOT, 1), new PurseFixture.Ending.Reports(1)));
            assertEquals(Denial.Reason.BUDGET_FROZEN, there.denial().reason());
            assertEquals(0, leased(), "and what it had set aside is back");
        }
    }

    @Test
    void nothingIsLeasedWhereThereIsALateSettlement() {
        purse.organise(organisation(null, null, 10_000L));
        completed(100, 100);
        try (PostgresPurse late = purse().replica()) {
            purse.become("member:bot:daily", BudgetStatus.State.FROZEN, "look into it");
            // It has not heard yet: what it asks PostgreSQL for is decided, but nothing is set aside for more.
            late.run(call(BOT, 100), new PurseFixture.Ending.Reports(1));
            assertEquals(
                    List.of(0L),
                    purse().query(
                                    "SELECT coalesce(sum(nanos), 0) FROM policy.lease WHERE replica = '"
                                            + late.ledger.leases().replica() + "'",
                                    row -> row.getLong(1)));
        }
    }

    @Test
    void whoDidItWhenAndWhyIsRecordedAndShown() {
        purse.organise(organisation(null, null, 100L));
        purse.become("member:bot:daily", BudgetStatus.State.FROZEN, "look into it");
        BudgetReport.Line line = purse().budgets().report("acme").lines().getFirst();
        assertEquals("frozen", line.state());
        assertEquals("look into it", line.status().reason());
        assertEquals("ops", line.status().by());
        assertTrue(line.status().since() != null);
        purse.become("member:bot:daily", BudgetStatus.State.OPEN, "nothing found");
        assertEquals("open", purse().budgets().report("acme").lines().getFirst().state());
        List<String> records = purse().query(
                        "SELECT convert_from(leaf, 'UTF8') FROM audit.record WHERE kind = 'admin.action' ORDER BY txid",
                        row -> row.getString(1));
        assertEquals(2, records.size());
        assertTrue(
                records.getFirst().contains("\"action\":\"freeze_budget\"")
                        && records.getFirst().contains("\"reason\":\"look into it\"")
                        && records.getFirst().contains("\"actor\":\"ops\""),
                records.getFirst());
        assertTrue(records.getLast().contains("\"action\":\"open_budget\""), records.getLast());
    }

    @Test
    void aDebtIsShown() {
        purse.organise(organisation(null, null, 100L));
        completed(60, 140);
        assertEquals(
                "in_debt", purse().budgets().report("acme").lines().getFirst().state());
    }

    @Test
    void whatIsNotThereOrHasNoReasonIsRefused() {
        purse.organise(organisation(null, null, 100L));
        assertInstanceOf(
                BudgetOrders.Result.Unknown.class,
                purse().orders().become("acme", "member:none:daily", BudgetStatus.State.FROZEN, "why", "ops"));
        assertThrows(
                IllegalArgumentException.class,
                () -> purse().orders().become("acme", "member:bot:daily", BudgetStatus.State.FROZEN, " ", "ops"));
        assertThrows(
                IllegalArgumentException.class,
                () -> purse().orders()
                        .become("acme", "member:bot:daily", BudgetStatus.State.FROZEN, "x".repeat(501), "ops"));
    }
}
