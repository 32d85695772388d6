package dev.portreeve.policy.budget;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Decides a batch of postings in order over balances nobody else can change meanwhile. The same for every book; a book
 * brings the balances and what is known of the calls, and writes what came out.
 */
final class Ruling {
    private final Map<WindowKey, Balance> balances;
    private final Map<CallKey, HoldState> calls;
    private final Set<WindowKey> changed = new LinkedHashSet<>();
    private final Map<CallKey, Hold> admitted = new LinkedHashMap<>();
    private final List<Settlement> resolved = new ArrayList<>();

    record CallKey(String tenant, UUID callId) {
        static CallKey of(BudgetPosting posting) {
            return new CallKey(posting.tenant(), posting.callId());
        }
    }

    /** A hold that exists, and its posting if it is resolved. */
    record HoldState(Settlement.@Nullable Posted posted) {}

    /**
     * @param balances of every window the batch speaks of, as far as it exists
     * @param calls the holds that exist, of those the batch may meet again
     */
    Ruling(Map<WindowKey, Balance> balances, Map<CallKey, HoldState> calls) {
        this.balances = new HashMap<>(balances);
        this.calls = new HashMap<>(calls);
    }

    void decide(List<BudgetPosting> postings) {
        for (BudgetPosting posting : postings) {
            switch (posting) {
                case Hold hold -> hold.decide(admit(hold));
                case Settlement settlement -> settlement.finish(resolve(settlement));
            }
        }
    }

    private Hold.Decision admit(Hold hold) {
        CallKey call = CallKey.of(hold);
        if (!calls.containsKey(call)) {
            for (Level level : hold.levels()) {
                Balance before = balance(level.key());
                if (hold.amount().nanos() > before.remaining(level.budget().limit())) {
                    return new Hold.Decision.Exhausted(level, before);
                }
            }
            for (WindowKey window : hold.windows()) {
                change(window, balance(window).hold(hold.amount().nanos()));
            }
            calls.put(call, new HoldState(null));
            admitted.put(call, hold);
        }
        // A hold that is there already is this one: its first commit went through although nobody heard of it.
        return new Hold.Decision.Admitted(
                hold.windows().stream().map(this::balance).toList());
    }

    private Settlement.Result resolve(Settlement settlement) {
        CallKey call = CallKey.of(settlement);
        HoldState state = calls.get(call);
        if (state == null) {
            return Settlement.Result.NO_HOLD;
        }
        Settlement.Posted posted = settlement.posted();
        if (state.posted() != null) {
            // An equal posting is this one, committed unheard.
            return state.posted().equals(posted) ? Settlement.Result.APPLIED : Settlement.Result.RESOLVED_BEFORE;
        }
        for (WindowKey window : settlement.windows()) {
            change(window, balance(window).resolve(settlement.held().nanos(), posted.amount(), posted.overrun()));
        }
        calls.put(call, new HoldState(posted));
        resolved.add(settlement);
        return Settlement.Result.APPLIED;
    }

    private Balance balance(WindowKey window) {
        Balance balance = balances.get(window);
        if (balance == null) {
            throw new IllegalStateException("no balance of budget \"" + window.budgetId() + "\" for " + window.start());
        }
        return balance;
    }

    private void change(WindowKey window, Balance after) {
        balances.put(window, after);
        changed.add(window);
    }

    /** The balances that are different now. */
    Map<WindowKey, Balance> changed() {
        Map<WindowKey, Balance> result = new LinkedHashMap<>();
        changed.forEach(window -> result.put(window, balance(window)));
        return result;
    }

    /** The holds to write. */
    List<Hold> admitted() {
        return List.copyOf(admitted.values());
    }

    /** The settlements whose postings to write. */
    List<Settlement> resolved() {
        return List.copyOf(resolved);
    }
}
