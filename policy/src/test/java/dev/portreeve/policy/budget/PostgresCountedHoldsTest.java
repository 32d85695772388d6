package dev.portreeve.policy.budget;

import org.junit.jupiter.api.AfterEach;

class PostgresCountedHoldsTest extends CountedHoldsContract {
    @Override
    PurseFixture open() {
        return PostgresPurse.open(BudgetLedgerContract.NOON);
    }

    @AfterEach
    @Override
    void closePurse() {
        PostgresBudgetLedgerTest.assertReplayEqualsBalances((PostgresPurse) purse);
        super.closePurse();
    }
}
