package dev.portreeve.policy.budget;

class InMemoryBudgetRaisesTest extends BudgetRaisesContract {
    @Override
    PurseFixture open() {
        return new InMemoryPurse(NOON);
    }
}
