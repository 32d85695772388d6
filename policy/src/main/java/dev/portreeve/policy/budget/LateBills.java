package dev.portreeve.policy.budget;

import dev.portreeve.policy.budget.Ruling.CallKey;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a batch books above holds that were charged whole before anybody knew the bill: an overrun, once for each hold. For one thread. */
final class LateBills {
    private final WindowBalances windows;
    private final Map<CallKey, Amounts> booked = new LinkedHashMap<>();

    /** Takes note of what rolling budgets spend. */
    interface Spending {
        void spend(WindowKey window, long settled, long overrun);
    }

    LateBills(WindowBalances windows) {
        this.windows = windows;
    }

    /** What becomes of the wish to resolve a hold that is resolved, as {@code posted}. */
    Settlement.Result again(Settlement settlement, HoldState state, Settlement.Posted posted, Spending spending) {
        if (posted.equals(state.posted())) {
            // An equal posting is this one, committed unheard. Of a call whose rounds are in several processes it may
            // be another's, which has
            // committed the record with it; and so has this one's own.
            return settlement.isLate() ? Settlement.Result.RESOLVED_BEFORE : Settlement.Result.APPLIED;
        }
        Amounts beyond = posted.overrun();
        if (!state.isAssumed() || posted.kind() == Settlement.Kind.ASSUMED || beyond.isNothing()) {
            return Settlement.Result.RESOLVED_BEFORE;
        }
        CallKey call = CallKey.of(settlement);
        @Nullable Amounts before = booked.getOrDefault(call, state.late());
        if (before == null) {
            booked.put(call, beyond);
            book(settlement, beyond, spending);
        }
        boolean own = before == null || (before.equals(beyond) && !settlement.isLate());
        return own ? Settlement.Result.LATE : Settlement.Result.RESOLVED_BEFORE;
    }

    private void book(Settlement settlement, Amounts beyond, Spending spending) {
        for (int i = 0; i < settlement.windows().size(); i++) {
            WindowKey window = settlement.windows().get(i);
            // A session's count may be forgotten by now.
            if (windows.has(window) && beyond.on(i) > 0) {
                windows.change(window, windows.of(window).resolve(0, 0, beyond.on(i)));
                spending.spend(window, 0, beyond.on(i));
            }
        }
    }

    /** To be written. */
    Map<CallKey, Amounts> booked() {
        return booked;
    }
}
