package dev.portreeve.policy.budget;

class InMemoryAttemptsTest extends AttemptsContract {
    @Override
    PurseFixture open() {
        return new InMemoryBudgetLedgerTest().open();
    }
}
