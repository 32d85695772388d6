package dev.portreeve.policy.budget;

import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.PostingBook;
import dev.portreeve.audit.Transaction;
import dev.portreeve.policy.budget.Ruling.CallKey;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.GovernedCall;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
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
    private final Map<WindowKey, Long> carried = new HashMap<>();
    private final Map<WindowKey, Long> raised = new HashMap<>();
    private final InMemoryClaims claims;
    private final Map<WindowKey, NavigableMap<Instant, Ruling.Spent>> rolling = new HashMap<>();
    private final Map<CallKey, Instant> postedAt = new HashMap<>();
    private final Map<WindowKey, Budget> rollingBudgets = new HashMap<>();
    private final InstantSource clock;
    private List<Budget> configured;
    private final Map<String, List<Raise>> raises = new HashMap<>();
    private final Map<String, BudgetStatus> statuses = new HashMap<>();

    public InMemoryBudgetLedger(OrganisationConfig organisation, InstantSource clock) {
        this(organisation, clock, new InMemoryClaims());
    }

    /** @param claims the keys that calls are made once under */
    public InMemoryBudgetLedger(OrganisationConfig organisation, InstantSource clock, InMemoryClaims claims) {
        this.claims = claims;
        this.clock = clock;
        this.configured = ConfiguredBudgets.of(organisation);
        this.desk = new HoldDesk(this::inForce, this, leases, new LeaseReturns(), clock);
    }

    /** Replaces the budgets; what is held and spent stays. */
    public synchronized void organise(OrganisationConfig organisation) {
        configured = ConfiguredBudgets.of(organisation);
    }

    private record Raise(long amount, Instant until) {}

    private synchronized Budgets inForce() {
        return new Budgets(configured.stream()
                .map(budget -> budget.with(
                        statuses.getOrDefault(budget.id(), BudgetStatus.OPEN),
                        raises.getOrDefault(budget.id(), List.of()).stream()
                                .filter(raise -> clock.instant().isBefore(raise.until()))
                                .mapToLong(Raise::amount)
                                .sum()))
                .toList());
    }

    /** More of it for a while. */
    synchronized void raise(String budgetId, BigDecimal by, Instant until) {
        for (Budget budget : configured) {
            if (budget.id().equals(budgetId)) {
                raises.computeIfAbsent(budgetId, id -> new ArrayList<>())
                        .add(new Raise(budget.unit().amount(by), until));
            }
        }
    }

    /** Under the limits that hold now; what has ended keeps its own. */
    private Map<WindowKey, Balance> current() {
        Budgets now = inForce();
        Map<WindowKey, Balance> current = new HashMap<>();
        balances.forEach((window, balance) -> {
            Budget budget = now.of(window);
            WindowSpan span = budget == null ? null : budget.turn().at(clock.instant());
            boolean runs = span != null && span.start().equals(window.start());
            long own = carried.getOrDefault(window, 0L);
            if (runs) {
                raised.put(window, budget.limit() - configured(budget.id()).limit());
            }
            long limit = runs ? Balance.saturated(budget.ceiling(), own) : balance.limit();
            current.put(window, new Balance(limit, balance.held(), balance.settled(), balance.overrun()));
        });
        return current;
    }

    /** An operator opens, freezes or closes it. */
    synchronized void become(String budgetId, BudgetStatus status) {
        statuses.put(budgetId, status);
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
                                level.key(), Balance.empty(level.budget().ceiling())));
                hold.levels().stream()
                        .filter(level -> level.key().isRolling())
                        .forEach(level -> rollingBudgets.put(level.key(), level.budget()));
            }
        }
        for (BudgetPosting posting : postings) {
            if (posting instanceof Hold hold) {
                hold.levels().forEach(this::carry);
            }
        }
        for (BudgetPosting posting : postings) {
            switch (posting) {
                case Hold hold when hold.run() != null -> claims.claim(hold, calls::containsKey);
                case Settlement settlement when settlement.run() != null -> claims.end(settlement);
                default -> {}
            }
        }
        Ruling ruling = new Ruling(current(), calls, new LeaseTurn(leases, Map.of(), Map.of()));
        ruling.forget(forget());
        ruling.counting(counting(postings));
        ruling.decide(postings);
        ruling.takenBack()
                .forEach((piece, spent) -> rolling.get(piece.window())
                        .computeIfPresent(
                                piece.until(),
                                (until, all) -> new Ruling.Spent(
                                        all.settled() - spent.settled(), all.overrun() - spent.overrun())));
        ruling.postings().keySet().forEach(call -> postedAt.put(call, clock.instant()));
        ruling.rolling()
                .forEach((window, spent) -> rolling.computeIfAbsent(window, key -> new TreeMap<>())
                        .merge(
                                rollingBudgets.get(window).turn().countsUntil(clock.instant()),
                                spent,
                                Ruling.Spent::plus));
        claims.giveBackRefused(postings);
        ruling.changed().forEach((window, balance) -> balances.put(window, stored(balance)));
        ruling.holds().forEach(hold -> calls.put(hold.call(), new HoldState(hold.amounts(), null)));
        ruling.postings()
                .forEach((call, posted) ->
                        calls.computeIfPresent(call, (key, hold) -> new HoldState(hold.amounts(), posted)));
        ruling.late()
                .forEach((call, beyond) -> calls.computeIfPresent(
                        call, (key, hold) -> new HoldState(hold.amounts(), hold.posted(), hold.parked(), beyond)));
    }

    private Budget configured(String id) {
        return configured.stream()
                .filter(budget -> budget.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private void carry(Level level) {
        Budget budget = level.budget();
        if (budget.rollover() == 0 || !level.span().holds(clock.instant())) {
            return;
        }
        WindowKey before = null;
        for (WindowKey other : balances.keySet()) {
            boolean earlier = other.tenant().equals(level.key().tenant())
                    && other.budgetId().equals(level.key().budgetId())
                    && other.start().isBefore(level.key().start());
            before = earlier && (before == null || other.start().isAfter(before.start())) ? other : before;
        }
        if (before == null) {
            return;
        }
        Balance from = balances.get(before);
        long left = Math.max(0, from.remaining() - raised.getOrDefault(before, 0L));
        WindowSpan span = budget.turn().at(before.start());
        long has = carried.getOrDefault(level.key(), 0L);
        long more = new Rollover(
                        budget.turn(),
                        budget.rollover(),
                        configured(budget.id()).limit())
                .into(
                        level.key().start(),
                        has,
                        !carried.containsKey(level.key()),
                        left,
                        span == null ? null : span.end());
        carried.put(level.key(), has + more);
        long moved = Math.min(left, more);
        balances.put(before, new Balance(from.limit() - moved, from.held(), from.settled(), from.overrun()));
    }

    /** What is held and spent stays under a lowered limit. */
    private static Balance stored(Balance balance) {
        long limit = Math.max(balance.limit(), balance.held() + balance.settled());
        return new Balance(limit, balance.held(), balance.settled(), balance.overrun());
    }

    private List<Ruling.Counting> counting(List<BudgetPosting> postings) {
        List<Ruling.Counting> counting = new ArrayList<>();
        for (BudgetPosting posting : postings) {
            Hold.Earlier earlier = posting instanceof Hold hold ? hold.earlier() : null;
            if (earlier == null) {
                continue;
            }
            for (Hold.Earlier.Held held : earlier.holds()) {
                CallKey call = new CallKey(((Hold) posting).tenant(), held.id());
                Instant at = postedAt.get(call);
                for (WindowKey window : held.windows()) {
                    if (at != null && window.isRolling()) {
                        Instant until = rollingBudgets.get(window).turn().countsUntil(at);
                        if (rolling.getOrDefault(window, new TreeMap<>()).containsKey(until)) {
                            counting.add(new Ruling.Counting(call, window, until));
                        }
                    }
                }
            }
        }
        return counting;
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
