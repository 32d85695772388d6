package dev.portreeve.policy.version;

import org.jspecify.annotations.Nullable;

/** What a person wants done with a version. */
sealed interface RulesOrder {
    /** Who wants it. */
    String by();

    /** What a new version says. */
    record Content(RulesText text, String digest, int rules) {}

    /**
     * A new draft.
     *
     * @param parent what it was made from
     */
    record Draft(long parent, Content content, String by, String reason) implements RulesOrder {}

    /** @param twoPeople whether its author may not publish it */
    record Publish(long number, String by, boolean twoPeople) implements RulesOrder {}

    /**
     * A new version with the rules of an earlier one, published at once.
     *
     * @param inForce what it takes the place of; nothing is done if that is another by then
     * @param of whose rules come back
     */
    record Rollback(long inForce, long of, Content content, String by, String reason) implements RulesOrder {}

    /** Nobody will publish it. */
    record Withdraw(long number, String by, String reason) implements RulesOrder {}

    /** As it stands in records. */
    default String action() {
        return switch (this) {
            case Draft ignored -> "policy-draft";
            case Publish ignored -> "policy-publish";
            case Rollback ignored -> "policy-rollback";
            case Withdraw ignored -> "policy-withdraw";
        };
    }

    /** Why; {@code null} where the version says so already. */
    default @Nullable String why() {
        return switch (this) {
            case Draft draft -> draft.reason();
            case Publish ignored -> null;
            case Rollback rollback -> rollback.reason();
            case Withdraw withdraw -> withdraw.reason();
        };
    }
}
