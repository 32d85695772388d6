package dev.portreeve.policy.budget;

class InMemoryCountedHoldsTest extends CountedHoldsContract {
    @Override
    PurseFixture open() {
        return new InMemoryBudgetLedgerTest().open();
    }
}
