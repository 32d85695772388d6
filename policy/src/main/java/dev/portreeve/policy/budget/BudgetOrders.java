package dev.portreeve.policy.budget;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.JournalEntry;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What people change about budgets while calls run. A change is one row and one record in one transaction; every gateway hears of
 * it when that commits, or finds it when it looks, once a second. Thread-safe; blocks until the change is on disk.
 */
public final class BudgetOrders {
    /** How long a reason may be. */
    public static final int MAX_REASON = 500;

    private final AuditLog audit;
    private final PostgresBudgetOrders book = new PostgresBudgetOrders();
    private final Supplier<UUID> ids;
    private final Runnable changed;

    /**
     * @param ids names the raises
     * @param changed what is done here at once, before anybody is told that it is so
     */
    public BudgetOrders(AuditLog audit, Supplier<UUID> ids, Runnable changed) {
        this.audit = audit;
        this.ids = ids;
        this.changed = changed;
    }

    /** What became of a wish. */
    public sealed interface Result {
        /** It is so now. */
        record Done() implements Result {}

        /** There is no such budget in force. */
        record Unknown() implements Result {}

        /** It cannot be, and why; nothing has changed. */
        record Refused(String why) implements Result {}
    }

    /**
     * Opens, freezes or closes a budget. Calls that run go on and settle.
     *
     * @param actor who wants it, for the record
     * @throws IllegalArgumentException if the reason is empty or too long
     * @throws dev.portreeve.audit.EvidenceUnavailable if it cannot be recorded; then nothing has changed
     */
    public Result become(
            String tenant, String budget, BudgetStatus.State state, @Nullable String reason, String actor) {
        return give(new BudgetOrder(tenant, budget, new BudgetOrder.Wish.Become(state), checked(reason), actor));
    }

    /**
     * Adds to a budget's limit for a while.
     *
     * @param by how much, in what the budget counts: a decimal of money, a whole number of tokens or calls
     * @param until by the database's clock, at most {@value BudgetRaise#MOST_DAYS} days from now
     * @throws IllegalArgumentException if the reason is empty or too long
     * @throws dev.portreeve.audit.EvidenceUnavailable if it cannot be recorded; then nothing has changed
     */
    public Result raise(
            String tenant, String budget, BigDecimal by, Instant until, @Nullable String reason, String actor) {
        BudgetOrder.Wish wish = new BudgetOrder.Wish.Raise(ids.get(), by, until);
        return give(new BudgetOrder(tenant, budget, wish, checked(reason), actor));
    }

    private static String checked(@Nullable String reason) {
        if (reason == null || reason.isBlank() || reason.length() > MAX_REASON) {
            throw new IllegalArgumentException("say why, in at most " + MAX_REASON + " characters");
        }
        return reason;
    }

    private Result give(BudgetOrder order) {
        audit.append(JournalEntry.of(book, order, () -> events(order))).await();
        return switch (order.answer()) {
            case BudgetOrder.Answer.Done ignored -> {
                changed.run();
                yield new Result.Done();
            }
            case BudgetOrder.Answer.Unknown ignored -> new Result.Unknown();
            case BudgetOrder.Answer.Refused refused -> new Result.Refused(refused.why());
        };
    }

    private static List<AuditEvent> events(BudgetOrder order) {
        if (!(order.answer() instanceof BudgetOrder.Answer.Done done)) {
            return List.of();
        }
        Facts facts = new Facts()
                .put("action", order.action())
                .put("budget", order.budget())
                .put("actor", order.actor())
                .put("reason", order.reason())
                .put("before", done.before())
                .put("after", done.after());
        return List.of(new AuditEvent(order.tenant(), EventKind.ADMIN_ACTION, null, facts));
    }
}
