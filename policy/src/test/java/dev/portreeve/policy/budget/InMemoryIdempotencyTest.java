package dev.portreeve.policy.budget;

class InMemoryIdempotencyTest extends IdempotencyContract {
    @Override
    PurseFixture open() {
        return new InMemoryPurse(NOON);
    }
}
