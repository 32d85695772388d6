package dev.portreeve.policy.budget;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
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
 * brings the balances, the leases and what is known of the calls, and writes what came out.
 */
final class Ruling {
    private final WindowBalances windows;
    private final Map<CallKey, HoldState> calls;
    private final LeaseTurn leases;
    private final List<HoldRow> holds = new ArrayList<>();
    private final Map<CallKey, Settlement.Posted> postings = new LinkedHashMap<>();
    private final LateBills lateBills;
    private final Map<CallKey, UUID> takenOver = new LinkedHashMap<>();
    private final Map<WindowKey, Spent> rolling = new LinkedHashMap<>();
    private final List<Counting> counting = new ArrayList<>();
    private final Map<Counting, Spent> takenBack = new LinkedHashMap<>();

    record CallKey(String tenant, UUID callId) {
        static CallKey of(CallPosting posting) {
            return new CallKey(posting.tenant(), posting.callId());
        }
    }

    /** What a batch spends of a rolling budget, and what counts no longer of it. */
    record Spent(long settled, long overrun) {
        Spent plus(Spent more) {
            return new Spent(Math.addExact(settled, more.settled), Balance.saturated(overrun, more.overrun));
        }
    }

    /**
     * What was posted of a call on a rolling budget and counts still.
     *
     * @param until it counts
     */
    record Counting(CallKey call, WindowKey window, Instant until) {}

    /**
     * A hold to write.
     *
     * @param later whether its call ends in a later round, which has to find it even if it holds nothing
     */
    record HoldRow(CallKey call, Amounts amounts, long lifetimeMillis, List<WindowKey> windows, boolean later) {}

    /**
     * @param balances of every window the batch speaks of, as far as it exists
     * @param calls the holds that exist, of those the batch may meet again
     */
    Ruling(Map<WindowKey, Balance> balances, Map<CallKey, HoldState> calls, LeaseTurn leases) {
        this.windows = new WindowBalances(balances);
        this.lateBills = new LateBills(windows);
        this.calls = new HashMap<>(calls);
        this.leases = leases;
    }

    /** Takes off what rolling budgets count no longer. Before any decision. */
    void forget(Map<WindowKey, Spent> aged) {
        aged.forEach((window, spent) -> change(window, balance(window).takeBack(spent.settled(), spent.overrun())));
    }

    /** What calls that others take the place of have spent of rolling budgets, as far as it counts still. Before any decision. */
    void counting(Collection<Counting> still) {
        counting.addAll(still);
    }

    void decide(List<BudgetPosting> batch) {
        Set<WindowKey> spoken = new LinkedHashSet<>();
        List<WindowKey> before = List.of();
        for (BudgetPosting posting : batch) {
            // The next call is nearly always under the same.
            if (!posting.windows().equals(before)) {
                before = posting.windows();
                spoken.addAll(before);
            }
            switch (posting) {
                case Hold hold -> hold.decide(admit(hold));
                case Settlement settlement -> {
                    resolve(settlement);
                    settlement.raises().forEach(this::resolve);
                }
                case LeasePosting.Unused ignored -> {} // The renewal below is what it is for.
                case LeasePosting.Forfeit forfeit -> charge(forfeit);
            }
        }
        for (WindowKey window : spoken) {
            if (windows.has(window)) {
                leases.renew(window, windows.of(window));
                if (leases.changes(window)) {
                    windows.change(window, windows.of(window));
                }
            }
        }
    }

    private Hold.Decision admit(Hold hold) {
        Hold.Decision refused = place(hold);
        if (refused != null) {
            return refused;
        }
        List<Balance> after = new ArrayList<>();
        for (WindowBalances.Place place : windows.places(hold.windows())) {
            after.add(place.balance());
        }
        return new Hold.Decision.Admitted(List.copyOf(after));
    }

    /** Holds it; gives why not, if it is refused. */
    private Hold.@Nullable Decision place(Hold hold) {
        CallKey call = CallKey.of(hold);
        if (hold.run() != null && !hold.run().isClaimed()) {
            return new Hold.Decision.KeyInUse();
        }
        // A hold that is there already is this one: its first commit went through although nobody heard of it.
        if (!calls.containsKey(call)) {
            Amounts amounts = hold.amounts();
            if (!hold.drawn() || !leases.redeem(hold)) {
                Runnable undo = freeEarlier(hold);
                Hold.Decision.Exhausted exhausted = shortage(hold);
                if (exhausted != null && !hold.drawn()) {
                    undo.run();
                    return exhausted;
                }
                if (exhausted != null) {
                    // It runs already. Whatever it costs will be an overrun that everybody sees.
                    amounts = Amounts.NOTHING;
                }
            }
            hold(call, amounts, hold);
        }
        return null;
    }

    /**
     * Frees what the dead run held whose place this call takes, or what it was charged, so that the two are charged as one.
     *
     * @return makes it as it was
     */
    private Runnable freeEarlier(Hold hold) {
        Hold.Earlier earlier = hold.earlier();
        if (earlier == null) {
            return () -> {};
        }
        Map<WindowKey, Balance> before = new HashMap<>();
        earlier.windows().forEach(window -> before.put(window, balance(window)));
        Map<CallKey, HoldState> states = new LinkedHashMap<>();
        for (Hold.Earlier.Held held : earlier.holds()) {
            CallKey dead = new CallKey(hold.tenant(), held.id());
            HoldState state = calls.get(dead);
            // What was kept for a ticket may be given back already, or be another's by now: then there is nothing to
            // take.
            if (state != null && (!earlier.parked() || (state.parked() && state.posted() == null))) {
                states.put(dead, state);
                free(dead, state, held.windows(), hold.callId());
            }
        }
        hold.earlier(
                earlier.parked() && states.isEmpty()
                        ? null
                        : new Hold.Earlier(
                                earlier.callId(), earlier.parked(), earlier.holds(), List.copyOf(states.values())));
        return () -> {
            before.forEach(this::change);
            states.keySet().forEach(postings::remove);
            states.keySet().forEach(takenOver::remove);
            takenBack.keySet().removeIf(piece -> states.containsKey(piece.call()));
            calls.putAll(states);
        };
    }

    private void free(CallKey dead, HoldState state, List<WindowKey> windows, UUID by) {
        Settlement.Posted posted = state.posted();
        for (int i = 0; i < windows.size(); i++) {
            WindowKey window = windows.get(i);
            if (posted != null && window.isRolling() && !takeBack(dead, window, posted, i)) {
                continue;
            }
            Balance balance = balance(window);
            change(
                    window,
                    posted == null
                            ? balance.resolve(state.amounts().on(i), 0, 0)
                            : balance.takeBack(
                                    posted.amount().on(i), posted.overrun().on(i)));
        }
        if (posted == null) {
            Settlement.Posted released = new Settlement.Posted(Settlement.Kind.RELEASED, 0, 0);
            postings.put(dead, released);
            calls.put(dead, state.resolved(released));
        } else {
            takenOver.put(dead, by);
        }
    }

    /** False if it counts no longer. */
    private boolean takeBack(CallKey dead, WindowKey window, Settlement.Posted posted, int level) {
        for (Counting piece : counting) {
            if (piece.call().equals(dead) && piece.window().equals(window)) {
                takenBack.put(
                        piece,
                        new Spent(posted.amount().on(level), posted.overrun().on(level)));
                return true;
            }
        }
        return false;
    }

    private void hold(CallKey call, Amounts amounts, Hold hold) {
        WindowBalances.Place[] at = windows.places(hold.windows());
        for (int i = 0; i < at.length; i++) {
            windows.change(at[i], at[i].balance().hold(amounts.on(i)));
        }
        calls.put(call, new HoldState(amounts, null));
        holds.add(new HoldRow(call, amounts, hold.lifetime().toMillis(), hold.windows(), hold.isLater()));
    }

    /** A budget that would rather have a shorter call is asked last: any other one that is short refuses the call as it is. */
    private Hold.Decision.@Nullable Exhausted shortage(Hold hold) {
        Hold.Decision.Exhausted refused = shortage(hold, false);
        return refused == null ? shortage(hold, true) : refused;
    }

    private Hold.Decision.@Nullable Exhausted shortage(Hold hold, boolean shrinking) {
        for (int i = 0; i < hold.levels().size(); i++) {
            Level level = hold.levels().get(i);
            if (level.budget().shortage().shrinks() != shrinking) {
                continue;
            }
            long amount = hold.amounts().on(i);
            WindowKey window = level.key();
            if (!windows.has(window) && window.isOfSession()) {
                return new Hold.Decision.Exhausted(level, null, false, 0);
            }
            Balance before = balance(window);
            if (amount == 0) {
                continue;
            }
            long left = before.remaining();
            if (amount > left - leases.outstanding(window)) {
                leases.reclaim(window);
            }
            long elsewhere = leases.others(window);
            if (amount > left - leases.outstanding(window)) {
                boolean setAside = amount <= left && elsewhere > 0;
                if (setAside) {
                    leases.recall(window);
                }
                return new Hold.Decision.Exhausted(level, before, setAside, left - leases.outstanding(window));
            }
        }
        return null;
    }

    private void resolve(Settlement settlement) {
        CallKey call = CallKey.of(settlement);
        Hold late = settlement.drawn();
        if (late != null && !calls.containsKey(call)) {
            // The call ran on what memory held, and its hold could not be stored: now it is, with its end.
            place(late);
        }
        HoldState state = calls.get(call);
        if (state == null) {
            settlement.finish(Settlement.Result.NO_HOLD, settlement.posted());
            return;
        }
        Settlement.Posted posted = settlement.posted().over(state.amounts());
        if (state.posted() != null) {
            settlement.finish(lateBills.again(settlement, state, posted, this::spend), posted);
            return;
        }
        if (settlement.isParking() && !state.amounts().isNothing()) {
            calls.put(call, new HoldState(state.amounts(), null, true, null));
            settlement.finish(Settlement.Result.PARKED, posted);
            return;
        }
        if (state.parked() && posted.kind() != Settlement.Kind.RELEASED) {
            // Its call has ended and used nothing, whoever thinks it never did.
            settlement.finish(Settlement.Result.RESOLVED_BEFORE, posted);
            return;
        }
        WindowBalances.Place[] at = windows.places(settlement.windows());
        for (int i = 0; i < at.length; i++) {
            long spent = posted.amount().on(i);
            long beyond = posted.overrun().on(i);
            windows.change(at[i], at[i].balance().resolve(state.amounts().on(i), spent, beyond));
            spend(at[i].window(), spent, beyond);
        }
        calls.put(call, state.resolved(posted));
        postings.put(call, posted);
        settlement.finish(Settlement.Result.APPLIED, posted);
    }

    private void charge(LeasePosting.Forfeit forfeit) {
        WindowKey window = forfeit.lease().window();
        long left = leases.forfeit(forfeit.lease());
        forfeit.charge(left);
        if (left > 0) {
            CallKey call = new CallKey(window.tenant(), forfeit.callId());
            change(window, balance(window).hold(left).resolve(left, left, 0));
            spend(window, left, 0);
            Amounts all = forfeit.amounts();
            holds.add(new HoldRow(call, all, 0, List.of(window), false));
            postings.put(call, new Settlement.Posted(Settlement.Kind.ASSUMED, all, Amounts.NOTHING));
        }
    }

    private void spend(WindowKey window, long settled, long overrun) {
        if (window.isRolling() && (settled > 0 || overrun > 0)) {
            rolling.merge(window, new Spent(settled, overrun), Spent::plus);
        }
    }

    private Balance balance(WindowKey window) {
        return windows.of(window);
    }

    private void change(WindowKey window, Balance after) {
        windows.change(window, after);
    }

    /** What the batch leaves of a window. */
    Balance left(WindowKey window) {
        return balance(window);
    }

    /** The balances that are different now. */
    Map<WindowKey, Balance> changed() {
        return windows.changed();
    }

    /** What was spent of rolling budgets, to be written with the time it counts. */
    Map<WindowKey, Spent> rolling() {
        return rolling;
    }

    /** What counts no longer of what was spent of rolling budgets, because another call has its place. */
    Map<Counting, Spent> takenBack() {
        return takenBack;
    }

    LeaseTurn leases() {
        return leases;
    }

    /** The holds to write. */
    List<HoldRow> holds() {
        return List.copyOf(holds);
    }

    /** Postings that count no longer, and the calls that hold what was posted. */
    Map<CallKey, UUID> takenOver() {
        return takenOver;
    }

    /** The holds that are kept for no ticket any more, since they are resolved. */
    List<CallKey> unparked() {
        return postings.keySet().stream()
                .filter(call -> calls.get(call) instanceof HoldState state && state.parked())
                .toList();
    }

    /** What was billed above holds that had been charged whole. */
    Map<CallKey, Amounts> late() {
        return lateBills.booked();
    }

    /** The postings to write. */
    Map<CallKey, Settlement.Posted> postings() {
        return postings;
    }
}
