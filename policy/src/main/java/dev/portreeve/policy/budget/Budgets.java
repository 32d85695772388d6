package dev.portreeve.policy.budget;

import dev.portreeve.policy.call.Carve;
import dev.portreeve.policy.call.Delegation;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.call.Subject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Every budget in force, as an immutable snapshot, so that a call finds the ones above it without a query. Which budgets an
 * owner and all above it have is found out once. Thread-safe.
 */
final class Budgets {
    static final Budgets NONE = new Budgets(List.of());
    /** Beyond this many the chains are found out anew: keys come and go. */
    private static final int MAX_CHAINS = 20_000;

    private final Map<BudgetOwner, List<Budget>> byOwner;
    private final Map<String, Budget> byName = new HashMap<>();
    private final Map<Chain, List<Budget>> chains = new ConcurrentHashMap<>();

    /** From a tenant to a key, with the keys that made it. */
    private record Chain(String tenant, @Nullable String team, String member, List<String> above, String keyId) {}

    Budgets(Collection<Budget> all) {
        Map<BudgetOwner, List<Budget>> grouped = new HashMap<>();
        for (Budget budget : all) {
            byName.put(name(budget.owner().tenant(), budget.id()), budget);
            grouped.computeIfAbsent(budget.owner(), owner -> new ArrayList<>()).add(budget);
        }
        grouped.replaceAll((owner, budgets) -> List.copyOf(budgets));
        this.byOwner = Map.copyOf(grouped);
    }

    /**
     * The budgets above a call that bound it, the widest owner first: tenant, team, member, key.
     *
     * @param moment when the call began
     */
    List<Level> above(GovernedCall call, Instant moment) {
        Subject subject = call.subject();
        if (byOwner.isEmpty() && subject.delegation().depth() == 0) {
            return List.of();
        }
        List<Budget> chain = chain(subject);
        if (chain.isEmpty()) {
            return List.of();
        }
        String session = subject.labels().session();
        List<Level> levels = new ArrayList<>(chain.size());
        for (Budget budget : chain) {
            Level level = budget.scope().covers(call) ? budget.at(moment, session) : null;
            if (level != null) {
                levels.add(level);
            }
        }
        return levels;
    }

    private static String name(String tenant, String budget) {
        return tenant + " " + budget;
    }

    /** The budget of a window, as it is now; {@code null} if it is not in force. */
    @Nullable
    Budget of(WindowKey window) {
        int mark = window.budgetId().indexOf(Budget.SESSION_MARK);
        String budget = mark < 0 ? window.budgetId() : window.budgetId().substring(0, mark);
        return byName.get(name(window.tenant(), budget));
    }

    /** The same windows at the same rates, with their budgets as they are now; what is not in force any more stays as it was. */
    List<Level> newest(List<Level> levels) {
        List<Level> newest = new ArrayList<>(levels.size());
        for (Level level : levels) {
            Budget now = of(level.key());
            newest.add(
                    now == null || now == level.budget()
                            ? level
                            : new Level(now, level.unit(), level.span(), level.key()));
        }
        return newest;
    }

    private List<Budget> chain(Subject subject) {
        Chain chain = new Chain(
                subject.tenant(),
                subject.team(),
                subject.member(),
                subject.delegation().above(),
                subject.keyId());
        List<Budget> known = chains.get(chain);
        if (known != null) {
            return known;
        }
        List<Budget> found = find(chain, subject.delegation());
        if (chains.size() >= MAX_CHAINS) {
            chains.clear();
        }
        chains.put(chain, found);
        return found;
    }

    /** The budgets of money that bound whatever this caller does. */
    List<Level> ofAllCalls(Subject subject, Instant moment) {
        List<Level> levels = new ArrayList<>();
        for (Budget budget : chain(subject)) {
            Level level = budget.unit().isMoney() && budget.scope().isOfAllCalls() ? budget.at(moment, "") : null;
            if (level != null) {
                levels.add(level);
            }
        }
        return levels;
    }

    private List<Budget> find(Chain chain, Delegation delegation) {
        List<Budget> found = new ArrayList<>(of(chain.tenant(), BudgetOwner.Kind.TENANT, chain.tenant()));
        if (chain.team() != null) {
            found.addAll(of(chain.tenant(), BudgetOwner.Kind.TEAM, chain.team()));
        }
        found.addAll(of(chain.tenant(), BudgetOwner.Kind.MEMBER, chain.member()));
        for (int i = 0; i <= chain.above().size(); i++) {
            String key =
                    i == chain.above().size() ? chain.keyId() : chain.above().get(i);
            List<Budget> its = of(chain.tenant(), BudgetOwner.Kind.KEY, key);
            found.addAll(its);
            Carve carve = i == 0 ? null : delegation.confines().get(i - 1).budget();
            if (carve != null && its.stream().noneMatch(each -> each.id().equals(CarvedBudgets.id(key)))) {
                // The key is newer than this snapshot; what it was given is known with it.
                found.add(CarvedBudgets.of(chain.tenant(), key, carve));
            }
        }
        return List.copyOf(found);
    }

    private List<Budget> of(String tenant, BudgetOwner.Kind kind, String id) {
        return byOwner.getOrDefault(new BudgetOwner(tenant, kind, id), List.of());
    }
}
