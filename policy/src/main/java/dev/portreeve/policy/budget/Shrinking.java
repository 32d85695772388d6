package dev.portreeve.policy.budget;

import dev.portreeve.audit.Facts;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.Shortening;
import dev.portreeve.policy.call.TokenCount;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes the answers of one attempt as short as what is left of the budgets pays for, as long as each budget that has too little
 * says so. Goes from one refusal to the next, and each time the answers get shorter, so it ends; the tightest budget has the
 * last word. Only says what to hold: the book decides, so nothing is held twice however many calls shrink at once. For the call's
 * thread.
 */
final class Shrinking {
    /** Calls that end and begin meanwhile change what is left; whoever was overtaken so often is refused. */
    private static final int MAX_TURNS = 12;

    private final Load held;
    private final Function<Estimate, @Nullable Load> needed;
    private final long answers;
    private final long from;
    private Estimate estimate;
    private boolean counted;
    private boolean inputCounted;
    private long cap;
    private int turns;
    private String budget = "";
    private String why = "";

    /**
     * @param estimate of the attempt that was refused
     * @param held for the call already, and not yet spent
     * @param needed what must be held in all for an attempt; {@code null} beyond 64 bits
     */
    Shrinking(Estimate estimate, Load held, Function<Estimate, @Nullable Load> needed) {
        this.estimate = estimate;
        this.held = held;
        this.needed = needed;
        this.from = estimate.shortening().cap();
        this.cap = from;
        this.answers = from == 0 ? 0 : estimate.outputTokens() / from;
    }

    /**
     * The attempt with answers that this budget can pay for.
     *
     * @return what it can cost then; {@code null} if the call must be refused
     */
    @Nullable
    Estimate shorter(Hold.Decision.Exhausted exhausted) {
        Budget tight = exhausted.level().budget();
        BudgetUnit unit = exhausted.level().unit();
        Balance before = exhausted.before();
        if (!tight.shortage().shrinks() || before == null || answers == 0 || ++turns > MAX_TURNS) {
            return null;
        }
        // What others set aside comes back when it is asked for: only what did not come back is out of reach.
        long left = exhausted.setAside() ? exhausted.free() : before.remaining();
        Shortening how = estimate.shortening();
        long least = Math.max(tight.shortage().leastOutput(), how.least());
        if (least >= cap) {
            why = least == how.least() ? how.why() : "";
            return null;
        }
        count(unit, least, left);
        long most = most(unit, least, left);
        if (most == 0) {
            boolean byRequest = how.least() > tight.shortage().leastOutput();
            why = byRequest && fits(unit, tight.shortage().leastOutput(), left) ? how.why() : "";
            return null;
        }
        Estimate made = how.to(most);
        if (made == null) {
            return null;
        }
        cap = most;
        budget = exhausted.level().key().budgetId();
        // Only the number of the bound changed in what was counted.
        estimate = made.within(Math.min(made.inputTokens(), estimate.inputTokens()), made.outputTokens())
                .with(how);
        return estimate;
    }

    /** An input bounded by its size would leave the answer less than there is. */
    private void count(BudgetUnit unit, long least, long left) {
        if (counted) {
            return;
        }
        counted = true;
        Estimate best = estimate.within(estimate.inputTokens() / TokenCount.MOST_BYTES, estimate.outputTokens());
        Estimate exact = fits(best, unit, least, left) ? estimate.counted(MeteredReservation.ANYTHING) : null;
        inputCounted = exact != null;
        estimate = exact == null ? estimate : exact;
    }

    /** The longest answer that fits; 0 if none does. */
    private long most(BudgetUnit unit, long least, long left) {
        if (!fits(unit, least, left)) {
            return 0;
        }
        long low = least;
        long high = cap - 1;
        while (low < high) {
            long middle = low + (high - low + 1) / 2;
            if (fits(unit, middle, left)) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    private boolean fits(BudgetUnit unit, long each, long left) {
        return fits(estimate, unit, each, left);
    }

    private boolean fits(Estimate of, BudgetUnit unit, long each, long left) {
        Load load = needed.apply(of.within(of.inputTokens(), each * answers));
        return load != null && unit.of(held.missing(load)) <= left;
    }

    /** To how many tokens each answer is bounded now. */
    long cap() {
        return cap;
    }

    /**
     * For the record: from what to what, and for which budget.
     *
     * @param all that is held now
     */
    Facts facts(Load all) {
        Facts facts = inputCounted ? new Facts().put("input_counted", true) : new Facts();
        return facts.put("worst_case_usd", all.money().toDecimal())
                .put("shrunk", new Facts().put("from", from).put("to", cap).put("budget", budget));
    }

    /** Why the request itself leaves no shorter answer; empty if that is not what is wrong. */
    String why() {
        return why;
    }
}
