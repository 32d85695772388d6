package dev.portreeve.policy.version;

import org.jspecify.annotations.Nullable;

/** An order that must commit together with its record, and where the book leaves what it did. */
final class RulesPosting {
    private final RulesOrder order;
    private @Nullable RulesResult result;

    RulesPosting(RulesOrder order) {
        this.order = order;
    }

    RulesOrder order() {
        return order;
    }

    void decide(RulesResult decided) {
        result = decided;
    }

    /** @throws IllegalStateException before the book decided */
    RulesResult result() {
        RulesResult decided = result;
        if (decided == null) {
            throw new IllegalStateException("the journal took an order and did not decide it");
        }
        return decided;
    }
}
