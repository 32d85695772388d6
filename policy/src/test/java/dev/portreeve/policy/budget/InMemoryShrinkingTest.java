package dev.portreeve.policy.budget;

class InMemoryShrinkingTest extends ShrinkingContract {
    @Override
    PurseFixture open() {
        return new InMemoryBudgetLedgerTest().open();
    }
}
