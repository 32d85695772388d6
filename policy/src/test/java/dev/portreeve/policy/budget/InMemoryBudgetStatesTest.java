package dev.portreeve.policy.budget;

class InMemoryBudgetStatesTest extends BudgetStatesContract {
    @Override
    PurseFixture open() {
        return new InMemoryPurse(NOON);
    }
}
