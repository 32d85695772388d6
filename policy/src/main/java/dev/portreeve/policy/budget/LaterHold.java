package dev.portreeve.policy.budget;

import dev.portreeve.policy.call.NanoUsd;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a call holds that ends in a later round than the one that held it. Immutable, as the hold is.
 *
 * @param amounts on each of the windows
 */
record LaterHold(List<WindowKey> windows, Amounts amounts) {
    /** Of a call that never held. */
    static final LaterHold NOTHING = new LaterHold(List.of(), Amounts.NOTHING);

    LaterHold {
        windows = List.copyOf(windows);
    }

    /**
     * So much, on each level in what its budget counts: money of another currency at the rate it was held at, whatever a dollar is by now.
     *
     * @param budgets those in force; of one that is not any more, all that is held there counts
     */
    Amounts of(Load spent, Budgets budgets) {
        long[] held = amounts.each();
        long money = spent.money().nanos();
        if (held == null) {
            return Amounts.same(money);
        }
        long[] each = new long[held.length];
        for (int i = 0; i < each.length; i++) {
            Budget budget = budgets.of(windows.get(i));
            each[i] = budget == null ? (spent.isNothing() ? 0 : held[i]) : on(held[i], budget.unit(), spent);
        }
        return Amounts.of(money, each);
    }

    private long on(long held, BudgetUnit unit, Load spent) {
        if (unit.kind() != BudgetUnit.Kind.CURRENCY || amounts.money() == 0) {
            return unit.of(spent);
        }
        return BigDecimal.valueOf(held)
                .multiply(BigDecimal.valueOf(spent.money().nanos()))
                .divide(BigDecimal.valueOf(amounts.money()), 0, RoundingMode.CEILING)
                .min(BigDecimal.valueOf(Long.MAX_VALUE))
                .longValueExact();
    }

    /** In dollars. */
    NanoUsd money() {
        return new NanoUsd(amounts.money());
    }

    /** @param stored as {@code policy.hold} has it */
    static LaterHold read(List<WindowKey> windows, long money, long @Nullable [] stored) {
        return new LaterHold(windows, Amounts.of(money, stored));
    }
}
