package dev.portreeve.policy.budget;

import dev.portreeve.audit.Facts;
import dev.portreeve.audit.PostingBook;
import dev.portreeve.audit.Transaction;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Changes budgets as people want, inside the journal's transaction. The journal's thread only. */
final class PostgresBudgetOrders implements PostingBook<BudgetOrder> {
    private static final String FIND = "SELECT state, state_reason, state_by FROM policy.budget"
            + " WHERE tenant = ? AND id = ? AND retired_at IS NULL FOR NO KEY UPDATE";
    private static final String BECOME =
            "UPDATE policy.budget SET state = ?, state_reason = ?, state_by = ?, state_at = clock_timestamp()"
                    + " WHERE tenant = ? AND id = ?";
    private static final String OPEN =
            "UPDATE policy.budget SET state = 'open', state_reason = NULL, state_by = NULL, state_at = NULL"
                    + " WHERE tenant = ? AND id = ?";

    @Override
    public void apply(Transaction transaction, List<BudgetOrder> orders) throws SQLException {
        for (BudgetOrder order : orders) {
            order.answer(carryOut(transaction.connection(), order));
        }
    }

    private static BudgetOrder.Answer carryOut(Connection connection, BudgetOrder order) throws SQLException {
        try (PreparedStatement find = connection.prepareStatement(FIND)) {
            find.setString(1, order.tenant());
            find.setString(2, order.budget());
            try (ResultSet row = find.executeQuery()) {
                if (!row.next()) {
                    return new BudgetOrder.Answer.Unknown();
                }
                Facts before = state(row.getString(1), row.getString(2), row.getString(3));
                return switch (order.wish()) {
                    case BudgetOrder.Wish.Become become -> become(connection, order, become.state(), before);
                };
            }
        }
    }

    private static Facts state(String state, @Nullable String reason, @Nullable String by) {
        Facts facts = new Facts().put("state", state);
        return reason == null || by == null ? facts : facts.put("reason", reason).put("by", by);
    }

    private static BudgetOrder.Answer become(
            Connection connection, BudgetOrder order, BudgetStatus.State state, Facts before) throws SQLException {
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
        Facts after = new Facts().put("state", state.code());
        return new BudgetOrder.Answer.Done(
                before, open ? after : after.put("reason", order.reason()).put("by", order.actor()));
    }
}
