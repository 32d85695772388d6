package dev.portreeve.policy.budget;

class InMemoryBudgetKindsTest extends BudgetKindsContract {
    @Override
    PurseFixture open() {
        return new InMemoryPurse(NOON);
    }
}
