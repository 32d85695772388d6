package dev.portreeve.policy.budget;

import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.PostingBook;
import dev.portreeve.audit.Transaction;
import dev.portreeve.policy.budget.Ruling.CallKey;
import dev.portreeve.policy.budget.Ruling.HoldState;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.GovernedCall;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The ledger in memory, for tests of the modules above: the same promises as {@link PostgresBudgetLedger}, by the same
 * contract suite. Wants a journal in memory too. Thread-safe.
 */
public final class InMemoryBudgetLedger implements BudgetLedger, PostingBook<BudgetPosting> {
    private final Leases leases = Leases.none();
    private final HoldDesk desk;
    private final Map<WindowKey, Balance> balances = new HashMap<>();
    private final Map<CallKey, HoldState> calls = new HashMap<>();
    private final InMemoryClaims claims;
    private final Map<WindowKey, NavigableMap<Instant, Ruling.Spent>> rolling = new HashMap<>();
    private final Map<WindowKey, Budget> rollingBudgets = new HashMap<>();
    private final InstantSource clock;
    private volatile Budgets budgets;

    public InMemoryBudgetLedger(OrganisationConfig organisation, InstantSource clock) {
        this(organisation, clock, new InMemoryClaims());
    }

    /** @param claims the keys that calls are made once under */
    public InMemoryBudgetLedger(OrganisationConfig organisation, InstantSource clock, InMemoryClaims claims) {
        this.claims = claims;
        this.clock = clock;
        this.budgets = new Budgets(ConfiguredBudgets.of(organisation));
        this.desk = new HoldDesk(() -> budgets, this, leases, new LeaseReturns(), clock);
    }

    /** Replaces the budgets; what is held and spent stays. */
    public synchronized void organise(OrganisationConfig organisation) {
        List<Budget> newest = ConfiguredBudgets.of(organisation);
        budgets = new Budgets(newest);
        for (Budget budget : newest) {
            balances.replaceAll((window, balance) -> {
                boolean same = window.budgetId().equals(budget.id())
                        && window.tenant().equals(budget.owner().tenant());
                long limit = Math.max(budget.limit(), balance.held() + balance.settled());
                return same ? new Balance(limit, balance.held(), balance.settled(), balance.overrun()) : balance;
            });
        }
    }

    @Override
    public Reservation reserve(GovernedCall call, AuditTrail trail) throws CallEnded {
        return desk.reserve(call, trail);
    }

    @Override
    public synchronized void apply(Transaction transaction, List<BudgetPosting> postings) {
        for (BudgetPosting posting : postings) {
            if (posting instanceof Hold hold) {
                hold.levels()
                        .forEach(level -> balances.putIfAbsent(
                                level.key(), Balance.empty(level.budget().limit())));
                hold.levels().stream()
                        .filter(level -> level.key().isRolling())
                        .forEach(level -> rollingBudgets.put(level.key(), level.budget()));
            }
        }
        for (BudgetPosting posting : postings) {
            switch (posting) {
                case Hold hold when hold.run() != null -> claims.claim(hold, calls::containsKey);
                case Settlement settlement when settlement.run() != null -> claims.end(settlement);
                default -> {}
            }
        }
        Ruling ruling = new Ruling(balances, calls, new LeaseTurn(leases, Map.of(), Map.of()));
        ruling.forget(forget());
        ruling.decide(postings);
        ruling.rolling()
                .forEach((window, spent) -> rolling.computeIfAbsent(window, key -> new TreeMap<>())
                        .merge(
                                rollingBudgets.get(window).turn().countsUntil(clock.instant()),
                                spent,
                                Ruling.Spent::plus));
        claims.giveBackRefused(postings);
        balances.putAll(ruling.changed());
        ruling.holds().forEach(hold -> calls.put(hold.call(), new HoldState(hold.amounts(), null)));
        ruling.postings()
                .forEach((call, posted) ->
                        calls.computeIfPresent(call, (key, hold) -> new HoldState(hold.amounts(), posted)));
    }

    private Map<WindowKey, Ruling.Spent> forget() {
        Map<WindowKey, Ruling.Spent> gone = new HashMap<>();
        rolling.forEach((window, pieces) -> {
            NavigableMap<Instant, Ruling.Spent> old = pieces.headMap(clock.instant(), true);
            old.values().forEach(spent -> gone.merge(window, spent, Ruling.Spent::plus));
            old.clear();
        });
        return gone;
    }

    /** What calls that still run hold of a budget, in nano-dollars. */
    public synchronized long held(String tenant, String budgetId, Instant windowStart) {
        return balance(new WindowKey(tenant, budgetId, windowStart)).held();
    }

    synchronized Balance balance(WindowKey window) {
        return balances.getOrDefault(window, new Balance(0, 0, 0, 0));
    }
}
