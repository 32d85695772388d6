package dev.portreeve.policy.budget;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** What the budgets of a history allow, by what its operators and its configuration say; the ledger is not asked. */
final class HistoryLimits {
    private static final long ANYTHING = Long.MAX_VALUE;

    private final Map<String, HistoryStep.Has> budgets = new HashMap<>();
    private final List<String> ids = new ArrayList<>();
    /** What keys gave the keys they made, by its budget; those that ended too. */
    private final Map<String, Purses> gifts = new HashMap<>();

    private final Map<String, Long> configured = new HashMap<>();
    /** Of those that are not open. */
    private final Map<String, BudgetStatus.State> shut = new HashMap<>();

    private final List<Raise> raises = new ArrayList<>();
    /** The most a window was ever allowed while it ran: one that has ended keeps what it had. */
    private final Map<WindowKey, Long> kept = new HashMap<>();

    private record Raise(String budget, long amount, Instant until) {}

    HistoryLimits(String tenant, List<HistoryStep> history) {
        for (HistoryStep step : history) {
            if (step instanceof HistoryStep.Has has) {
                String id = has.id(tenant);
                ids.add(id);
                budgets.put(id, has);
                configured.put(id, has.budget().amount());
            }
        }
    }

    /** One of the budgets; {@code null} if there are none. */
    String budget(int number) {
        return ids.isEmpty() ? null : ids.get(number % ids.size());
    }

    /** How many there are, of those that are configured. */
    int count() {
        return ids.size();
    }

    /** A key was given so much. */
    void gives(String budget, long nanos) {
        gifts.put(budget, Purses.of(nanos));
        configured.put(budget, nanos);
    }

    private Purses purse(String budget) {
        Purses gift = gifts.get(budget);
        if (gift != null) {
            return gift;
        }
        return Objects.requireNonNull(budgets.get(budget), budget).budget();
    }

    /** So many hundredths of the limit it began with, at least one. */
    long part(String budget, int percent) {
        return Math.max(1, purse(budget).amount() * percent / 100);
    }

    /** As an operator writes it. */
    BigDecimal written(String budget, long amount) {
        return purse(budget).written(amount);
    }

    boolean rollsOver(String budget) {
        return purse(budget).mostCarried() > 0;
    }

    void configure(String budget, long limit) {
        configured.put(budget, limit);
    }

    void raise(String budget, long amount, Instant until) {
        raises.add(new Raise(budget, amount, until));
    }

    void become(String budget, BudgetStatus.State state) {
        if (state == BudgetStatus.State.OPEN) {
            shut.remove(budget);
        } else {
            shut.put(budget, state);
        }
    }

    /** Whether nothing may be held there, be it frozen or closed. */
    boolean isShut(Level level) {
        return shut.containsKey(level.budget().id());
    }

    /** Whether nobody may raise it. */
    boolean isClosed(String budget) {
        return shut.get(budget) == BudgetStatus.State.CLOSED;
    }

    /** What raises add to it at a moment. */
    long raised(String budget, Instant now) {
        return raises.stream()
                .filter(raise -> raise.budget().equals(budget) && now.isBefore(raise.until()))
                .mapToLong(Raise::amount)
                .sum();
    }

    /** What is held and spent there may be as much, if all that can have come from the windows before it has. */
    long most(Level level, HistoryBook book, Instant now) {
        String budget = level.budget().id();
        if (purse(budget).isSoft()) {
            return ANYTHING;
        }
        long limit = configured.get(budget) + raised(budget, now) + mostCarried(level, book);
        if (level.span().holds(now)) {
            long ignored = kept.merge(level.key(), limit, Math::max);
            return limit;
        }
        return Math.max(limit, kept.getOrDefault(level.key(), 0L));
    }

    /** What may surely be held and spent there. */
    long least(Level level, Instant now) {
        String budget = level.budget().id();
        return purse(budget).isSoft() ? ANYTHING : configured.get(budget) + raised(budget, now);
    }

    /** The same when nothing is held or set aside any more, so that what was left of the window before is there. */
    long leastAtRest(Level level, HistoryBook book, Instant now) {
        String budget = level.budget().id();
        long most = purse(budget).mostCarried();
        Level before = most == 0 ? null : before(level, book.levels());
        if (before == null) {
            return least(level, now);
        }
        long left = configured.get(budget)
                - book.held(before.key())
                - book.settled(before.key())
                - book.overrun(before.key());
        return least(level, now) + Math.min(most, Math.max(0, left) + skipped(before, level));
    }

    private long mostCarried(Level level, HistoryBook book) {
        long most = purse(level.budget().id()).mostCarried();
        Level before = most == 0 ? null : before(level, book.tried());
        if (before == null) {
            return 0;
        }
        long left = configured.get(level.budget().id()) + mostCarried(before, book) - book.taken(before.key());
        return Math.min(most, Math.max(0, left) + skipped(before, level));
    }

    /** The last window of the same budget before it. */
    private static Level before(Level level, Set<Level> all) {
        Level last = null;
        for (Level each : all) {
            boolean earlier = each.key().budgetId().equals(level.key().budgetId())
                    && each.key().start().isBefore(level.key().start());
            if (earlier
                    && (last == null || each.key().start().isAfter(last.key().start()))) {
                last = each;
            }
        }
        return last;
    }

    /** The limits of the windows between the two, of which nobody used anything. */
    private long skipped(Level before, Level level) {
        long sum = 0;
        for (Instant at = before.span().end(); at.isBefore(level.key().start()); ) {
            sum += configured.get(level.budget().id());
            at = level.budget().turn().at(at).end();
        }
        return sum;
    }

    /** The tenant with its budgets as they are configured now. */
    OrganisationConfig organisation(String tenant) {
        OrganisationConfig.Member bot = new OrganisationConfig.Member("bot", of(HistoryStep.Has.Owner.MEMBER));
        OrganisationConfig.Member ana = new OrganisationConfig.Member("ana", List.of());
        OrganisationConfig.Team support =
                new OrganisationConfig.Team("support", of(HistoryStep.Has.Owner.TEAM), List.of(), List.of(bot));
        OrganisationConfig.Key key =
                new OrganisationConfig.Key(PurseFixture.BOT.keyId(), of(HistoryStep.Has.Owner.KEY));
        return new OrganisationConfig(
                List.of(new OrganisationConfig.Tenant(
                        tenant,
                        of(HistoryStep.Has.Owner.TENANT),
                        List.of(support),
                        List.of(ana),
                        List.of(),
                        List.of(key))),
                Purses.DAILY_RATES);
    }

    private List<BudgetConfig> of(HistoryStep.Has.Owner owner) {
        List<BudgetConfig> its = new ArrayList<>();
        for (String id : ids) {
            HistoryStep.Has has = budgets.get(id);
            if (has.owner() == owner) {
                its.add(has.budget().config(configured.get(id)));
            }
        }
        return its;
    }
}
