package dev.portreeve.policy.budget;

class InMemoryBudgetLedgerTest extends BudgetLedgerContract {
    @Override
    PurseFixture open() {
        return new InMemoryPurse(NOON);
    }
}
