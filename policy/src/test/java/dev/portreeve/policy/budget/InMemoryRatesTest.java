package dev.portreeve.policy.budget;

class InMemoryRatesTest extends RatesContract {
    @Override
    PurseFixture open() {
        return new InMemoryPurse(EVENING);
    }
}
