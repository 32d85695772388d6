package dev.portreeve.policy.budget;

import dev.portreeve.audit.Facts;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a person wants of one budget, that must commit together with its record, and where the book leaves what came of it. */
final class BudgetOrder {
    private final String tenant;
    private final String budget;
    private final Wish wish;
    private final String reason;
    private final String actor;
    private @Nullable Answer answer;

    BudgetOrder(String tenant, String budget, Wish wish, String reason, String actor) {
        this.tenant = tenant;
        this.budget = budget;
        this.wish = wish;
        this.reason = reason;
        this.actor = actor;
    }

    /** What is to happen. */
    sealed interface Wish {
        /** Another state. */
        record Become(BudgetStatus.State state) implements Wish {}

        /** More for a while, in what the budget counts. */
        record Raise(UUID id, BigDecimal by, Instant until) implements Wish {}
    }

    /** What happened. */
    sealed interface Answer {
        /** It is so; as records and people read it. */
        record Done(Facts before, Facts after) implements Answer {}

        /** There is no such budget in force. */
        record Unknown() implements Answer {}

        /** It cannot be. */
        record Refused(String why) implements Answer {}
    }

    String tenant() {
        return tenant;
    }

    String budget() {
        return budget;
    }

    Wish wish() {
        return wish;
    }

    String reason() {
        return reason;
    }

    String actor() {
        return actor;
    }

    void answer(Answer given) {
        answer = given;
    }

    Answer answer() {
        Answer given = answer;
        if (given == null) {
            throw new IllegalStateException("the order about budget \"" + budget + "\" is not decided");
        }
        return given;
    }

    /** As the record calls it. */
    String action() {
        return switch (wish) {
            case Wish.Become become ->
                switch (become.state()) {
                    case OPEN -> "open_budget";
                    case FROZEN -> "freeze_budget";
                    case CLOSED -> "close_budget";
                };
            case Wish.Raise ignored -> "raise_budget";
        };
    }
}
