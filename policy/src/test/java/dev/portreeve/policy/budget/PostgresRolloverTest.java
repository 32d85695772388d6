package dev.portreeve.policy.budget;

import static dev.portreeve.policy.budget.PurseFixture.BOT;
import static dev.portreeve.policy.budget.PurseFixture.call;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PostgresRolloverTest extends RolloverContract {
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

    @Test
    void twoReplicasThatOpenAWindowAtOnceCarryOnce() throws Exception {
        organise(100, 1000);
        completed(1, 1);
        try (PostgresPurse other = purse().replica()) {
            other.budgets().refresh();
            purse.rest();
            purse.age(DAY.multipliedBy(2));
            other.budgets().refresh();
            // One and a hundred were left, and a whole day between: 299 calls of one unit, and not one more.
            int atOnce = BudgetLedgerContract.successes(List.of(purse, other), 400);
            // What one had set aside while the other refused can be spent afterwards.
            other.rest();
            assertEquals(299, atOnce + BudgetLedgerContract.successes(List.of(purse), 400));
        }
        assertEquals(
                List.of("-99 1", "199 299"),
                purse().query(
                                "SELECT carried_nanos || ' ' || settled_nanos FROM policy.budget_window ORDER BY starts_at",
                                row -> row.getString(1)));
    }

    @Test
    void whatIsLeasedRollsOverWhenItIsGivenBack() {
        organise(10_000, 10_000);
        for (int i = 0; i < 3; i++) {
            completed(100, 0);
        }
        purse.age(DAY);
        completed(100, 0);
        left(20_000);
    }

    @Test
    void theReportShowsWhatWasCarried() {
        organise(100, 40);
        completed(10, 10);
        purse.age(DAY);
        purse.run(call(BOT, 20), new PurseFixture.Ending.Reports(20));
        BudgetReport.Line line = purse().budgets().report("acme").lines().getFirst();
        assertEquals("$0.00000004", line.carried().text());
        assertEquals("$0.00000014", line.limit().text());
        assertEquals("$0.00000012", line.remaining().text());
    }
}
