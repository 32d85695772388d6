package dev.portreeve.policy.limit;

import java.time.Duration;

class InMemoryLimitStoreTest extends LimitStoreContract {
    private final InMemoryLimitStore store = new InMemoryLimitStore();

    @Override
    LimitStore store() {
        return store;
    }

    @Override
    void pass(Duration time) {
        store.pass(time);
    }
}
