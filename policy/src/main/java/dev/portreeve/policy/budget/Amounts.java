package dev.portreeve.policy.budget;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An amount on each level of a hold: in nano-dollars the same on all, as long as all its budgets count dollars; otherwise of
 * each level what its budget counts. Immutable.
 */
final class Amounts {
    static final Amounts NOTHING = same(0);

    private final long money;
    private final long @Nullable [] each;

    private Amounts(long money, long @Nullable [] each) {
        this.money = money;
        this.each = each;
    }

    static Amounts same(long money) {
        return new Amounts(money, null);
    }

    /** @param each as it is stored: {@code null} where the money is the amount on every level */
    static Amounts of(long money, long @Nullable [] each) {
        return new Amounts(money, each);
    }

    static Amounts of(Load load, List<Level> levels) {
        long money = load.money().nanos();
        boolean dollars = true;
        for (int i = 0; dollars && i < levels.size(); i++) {
            dollars = levels.get(i).unit().isDollars();
        }
        if (dollars) {
            return same(money);
        }
        long[] amounts = new long[levels.size()];
        for (int i = 0; i < amounts.length; i++) {
            amounts[i] = levels.get(i).unit().of(load);
        }
        return new Amounts(money, amounts);
    }

    long money() {
        return money;
    }

    long on(int level) {
        return each == null ? money : each[level];
    }

    /** As it is stored. */
    long @Nullable [] each() {
        return each == null ? null : each.clone();
    }

    /** What of this fits into the other, level by level; both must be of the same levels. */
    Amounts within(Amounts bound) {
        if (each == null) {
            return bound.each == null || money == 0 ? same(Math.min(money, bound.money)) : bound;
        }
        long[] fits = new long[each.length];
        for (int i = 0; i < fits.length; i++) {
            fits[i] = Math.min(each[i], bound.on(i));
        }
        return new Amounts(Math.min(money, bound.money), fits);
    }

    /** What of this is above the other, level by level. */
    Amounts beyond(Amounts bound) {
        if (each == null) {
            return same(Math.max(0, money - bound.money));
        }
        long[] above = new long[each.length];
        for (int i = 0; i < above.length; i++) {
            above[i] = Math.max(0, each[i] - bound.on(i));
        }
        return new Amounts(Math.max(0, money - bound.money), above);
    }

    /** Sums that would not fit stop at the top. */
    Amounts plus(Amounts more) {
        if (each == null) {
            return more.each == null ? same(Balance.saturated(money, more.money)) : more.plus(this);
        }
        long[] sums = new long[each.length];
        for (int i = 0; i < sums.length; i++) {
            sums[i] = Balance.saturated(each[i], more.on(i));
        }
        return new Amounts(Balance.saturated(money, more.money), sums);
    }

    boolean isNothing() {
        return money == 0 && (each == null || Arrays.stream(each).allMatch(amount -> amount == 0));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Amounts amounts && money == amounts.money && Arrays.equals(each, amounts.each);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(money) + Arrays.hashCode(each);
    }

    @Override
    public String toString() {
        return each == null ? Long.toString(money) : money + " " + Arrays.toString(each);
    }
}
