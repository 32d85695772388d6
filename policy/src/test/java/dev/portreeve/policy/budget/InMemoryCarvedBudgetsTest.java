package dev.portreeve.policy.budget;

import dev.portreeve.policy.call.Carve;

class InMemoryCarvedBudgetsTest extends CarvedBudgetsContract {
    @Override
    PurseFixture open() {
        return new InMemoryBudgetLedgerTest().open();
    }

    @Override
    void exists(String keyId, Carve carve) {
        // What it was given comes with whoever calls.
    }
}
