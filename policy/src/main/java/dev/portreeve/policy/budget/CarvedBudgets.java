package dev.portreeve.policy.budget;

import dev.portreeve.policy.call.Carve;
import dev.portreeve.policy.call.NanoUsd;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Budgets that keys give the keys they make: as all others are in all, but for where they come from. */
final class CarvedBudgets {
    /** No budget of a configuration file ends so: dollars are not named in their ids. */
    static final String SUFFIX = ":carved:usd";

    static final String PREFIX = "key:";

    private CarvedBudgets() {}

    static Budget of(String tenant, String keyId, Carve carve) {
        BudgetOwner owner = new BudgetOwner(tenant, BudgetOwner.Kind.KEY, keyId);
        BudgetConfig.Window window = BudgetConfig.Window.valueOf(carve.window().name());
        return new Budget(
                id(keyId),
                owner,
                BudgetUnit.USD,
                carve.limit().nanos(),
                new BudgetTurn(window, carve.zone(), null, null, null),
                BudgetScope.ALL,
                new BudgetTerms(0, new Shortage(false, BudgetConfig.LEAST_OUTPUT), BudgetWarnings.NONE),
                BudgetStatus.OPEN,
                ExchangeRates.NONE);
    }

    static String id(String keyId) {
        return PREFIX + keyId + SUFFIX;
    }

    /**
     * Whether a key may give so much: together with what the keys it made before may still spend, it must be left of every budget
     * that bounds all it does.
     *
     * @param above those budgets
     * @param given budgets of the living keys that it made before
     * @param balances as far as anything was spent
     * @return why not, for whoever asks; {@code null} if it may
     */
    static @Nullable String refusal(
            NanoUsd wanted, List<Level> above, List<Level> given, Map<WindowKey, Balance> balances) {
        long promised = 0;
        for (Level each : given) {
            promised = Balance.saturated(promised, left(each, balances));
        }
        for (Level level : above) {
            NanoUsd left = level.unit().dollars(left(level, balances));
            if (left != null && wanted.nanos() > left.nanos() - promised) {
                NanoUsd most = new NanoUsd(Math.max(0, left.nanos() - promised));
                return "a key gives no more than it has: " + most + " at most; the " + level.budget() + " has " + left
                        + " left, of which the keys that this one made may still spend " + new NanoUsd(promised);
            }
        }
        return null;
    }

    private static long left(Level level, Map<WindowKey, Balance> balances) {
        Balance none = Balance.empty(level.budget().ceiling());
        Balance stored = balances.getOrDefault(level.key(), none);
        // The row may have been written under another limit.
        return Math.max(0, new Balance(none.limit(), stored.held(), stored.settled(), stored.overrun()).remaining());
    }
}
