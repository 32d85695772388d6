package dev.portreeve.policy.budget;

import dev.portreeve.audit.Facts;
import dev.portreeve.audit.PostingBook;
import dev.portreeve.audit.Transaction;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Changes budgets as people want, inside the journal's transaction. The journal's thread only. */
final class PostgresBudgetOrders implements PostingBook<BudgetOrder> {
    private static final String FIND =
            "SELECT state, state_reason, state_by, unit, limit_nanos, clock_timestamp() FROM policy.budget"
                    + " WHERE tenant = ? AND id = ? AND retired_at IS NULL FOR NO KEY UPDATE";
    private static final String BECOME =
            "UPDATE policy.budget SET state = ?, state_reason = ?, state_by = ?, state_at = clock_timestamp()"
                    + " WHERE tenant = ? AND id = ?";
    private static final String OPEN =
            "UPDATE policy.budget SET state = 'open', state_reason = NULL, state_by = NULL, state_at = NULL"
                    + " WHERE tenant = ? AND id = ?";
    private static final String RAISED = "SELECT count(*), coalesce(sum(nanos), 0) FROM policy.budget_raise"
            + " WHERE tenant = ? AND budget_id = ? AND ends_at > clock_timestamp()";
    private static final String RAISE =
            "INSERT INTO policy.budget_raise (tenant, id, budget_id, nanos, ends_at, reason, made_by)"
                    + " VALUES (?, ?, ?, ?, ?, ?, ?)";

    @Override
    public void apply(Transaction transaction, List<BudgetOrder> orders) throws SQLException {
        for (BudgetOrder order : orders) {
            order.answer(carryOut(transaction.connection(), order));
        }
    }

    /** The budget as it was, while its row is locked. */
    private record Found(
            BudgetStatus.State state,
            @Nullable String reason,
            @Nullable String by,
            BudgetUnit unit,
            long limit,
            Instant now) {}

    private static BudgetOrder.Answer carryOut(Connection connection, BudgetOrder order) throws SQLException {
        Found found = find(connection, order);
        if (found == null) {
            return new BudgetOrder.Answer.Unknown();
        }
        return switch (order.wish()) {
            case BudgetOrder.Wish.Become become -> become(connection, order, become.state(), found);
            case BudgetOrder.Wish.Raise raise -> raise(connection, order, raise, found);
        };
    }

    private static @Nullable Found find(Connection connection, BudgetOrder order) throws SQLException {
        try (PreparedStatement find = connection.prepareStatement(FIND)) {
            find.setString(1, order.tenant());
            find.setString(2, order.budget());
            try (ResultSet row = find.executeQuery()) {
                return row.next()
                        ? new Found(
                                BudgetStatus.State.of(row.getString(1)),
                                row.getString(2),
                                row.getString(3),
                                BudgetUnit.read(row.getString(4)),
                                row.getLong(5),
                                row.getObject(6, OffsetDateTime.class).toInstant())
                        : null;
            }
        }
    }

    private static Facts state(BudgetStatus.State state, @Nullable String reason, @Nullable String by) {
        Facts facts = new Facts().put("state", state.code());
        return reason == null || by == null
                ? facts
                : facts.put("reason", reason).put("by", by);
    }

    private static BudgetOrder.Answer become(
            Connection connection, BudgetOrder order, BudgetStatus.State state, Found found) throws SQLException {
        boolean open = state == BudgetStatus.State.OPEN;
        try (PreparedStatement change = connection.prepareStatement(open ? OPEN : BECOME)) {
            int next = 1;
            if (!open) {
                change.setString(next++, state.code());
                change.setString(next++, order.reason());
                change.setString(next++, order.actor());
            }
            change.setString(next++, order.tenant());
            change.setString(next, order.budget());
            int unused = change.executeUpdate();
        }
        return new BudgetOrder.Answer.Done(
                state(found.state(), found.reason(), found.by()),
                open ? state(state, null, null) : state(state, order.reason(), order.actor()));
    }

    private static BudgetOrder.Answer raise(
            Connection connection, BudgetOrder order, BudgetOrder.Wish.Raise raise, Found found) throws SQLException {
        BudgetUnit unit = found.unit();
        long more;
        try {
            more = unit.amount(raise.by());
        } catch (ArithmeticException unfit) {
            return new BudgetOrder.Answer.Refused("\"by\" is more, or finer, than " + unit.code() + " are counted");
        }
        Raised raised = raised(connection, order);
        BigDecimal before = BigDecimal.valueOf(found.limit()).add(raised.sum());
        BigDecimal after = before.add(BigDecimal.valueOf(more));
        String why = refusal(found, raise, more, raised.count(), after);
        if (why != null) {
            return new BudgetOrder.Answer.Refused(why);
        }
        insert(connection, order, raise, more);
        return new BudgetOrder.Answer.Done(
                new Facts().put("unit", unit.code()).put("limit", unit.decimal(before.longValueExact())),
                new Facts()
                        .put("unit", unit.code())
                        .put("limit", unit.decimal(after.longValueExact()))
                        .put("raise", raise.id().toString())
                        .put("by", unit.decimal(more))
                        .put("until", raise.until().toString()));
    }

    private static @Nullable String refusal(
            Found found, BudgetOrder.Wish.Raise raise, long more, int others, BigDecimal limit) {
        if (more <= 0) {
            return "\"by\" is more than 0: freeze or close a budget to take from it";
        }
        Duration time = Duration.between(found.now(), raise.until());
        if (!time.isPositive() || time.compareTo(Duration.ofDays(BudgetRaise.MOST_DAYS)) > 0) {
            return "\"until\" is in the future and at most " + BudgetRaise.MOST_DAYS
                    + " days away; for longer, change the limit in the configuration";
        }
        if (found.state() == BudgetStatus.State.CLOSED) {
            return "the budget is closed: open it first";
        }
        if (others >= BudgetRaise.MOST) {
            return "the budget is raised " + BudgetRaise.MOST
                    + " times already: wait until one ends, or change the limit in the configuration";
        }
        return limit.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0
                ? "the limit would be more than can be counted"
                : null;
    }

    /** The raises there are. */
    private record Raised(int count, BigDecimal sum) {}

    private static Raised raised(Connection connection, BudgetOrder order) throws SQLException {
        try (PreparedStatement raised = connection.prepareStatement(RAISED)) {
            raised.setString(1, order.tenant());
            raised.setString(2, order.budget());
            try (ResultSet row = raised.executeQuery()) {
                return row.next() ? new Raised(row.getInt(1), row.getBigDecimal(2)) : new Raised(0, BigDecimal.ZERO);
            }
        }
    }

    private static void insert(Connection connection, BudgetOrder order, BudgetOrder.Wish.Raise raise, long more)
            throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(RAISE)) {
            insert.setString(1, order.tenant());
            insert.setObject(2, raise.id());
            insert.setString(3, order.budget());
            insert.setLong(4, more);
            insert.setObject(5, raise.until().atOffset(ZoneOffset.UTC));
            insert.setString(6, order.reason());
            insert.setString(7, order.actor());
            int unused = insert.executeUpdate();
        }
    }
}
