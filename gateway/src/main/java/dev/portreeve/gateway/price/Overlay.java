package dev.portreeve.gateway.price;

import dev.portreeve.policy.call.Fees;
import dev.portreeve.policy.call.NanoUsd;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes one list of two, of which the first is believed. What only the second knows hangs on what it thinks the plain price is: a
 * price of batches is half of that, say. Where the first has another plain price, such amounts are moved in proportion, and where
 * the two are far apart, left out.
 */
public final class Overlay {
    /** Beyond such a factor one of the lists is mistaken, and nobody can say which. */
    private static final long FAR = 5;
    /** Lists differ in whether a tier begins at a size or behind it. */
    private static final int SAME_SIZE = 1_000;

    private static final Map<PriceField, PriceField> ON_PLAIN = Map.ofEntries(
            Map.entry(PriceField.CACHED_INPUT, PriceField.INPUT),
            Map.entry(PriceField.CACHE_WRITE, PriceField.INPUT),
            Map.entry(PriceField.CACHE_WRITE_HOUR, PriceField.INPUT),
            Map.entry(PriceField.REASONING, PriceField.OUTPUT),
            Map.entry(PriceField.BATCH_INPUT, PriceField.INPUT),
            Map.entry(PriceField.BATCH_OUTPUT, PriceField.OUTPUT),
            Map.entry(PriceField.FLEX_INPUT, PriceField.INPUT),
            Map.entry(PriceField.FLEX_OUTPUT, PriceField.OUTPUT),
            Map.entry(PriceField.PRIORITY_INPUT, PriceField.INPUT),
            Map.entry(PriceField.PRIORITY_OUTPUT, PriceField.OUTPUT),
            Map.entry(PriceField.FAST_INPUT, PriceField.INPUT),
            Map.entry(PriceField.FAST_OUTPUT, PriceField.OUTPUT));

    private Overlay() {}

    /** What {@code first} lacks comes from {@code second}; an amount both have stays as {@code first} has it. */
    public static Map<String, PriceEntry> of(Map<String, PriceEntry> first, Map<String, PriceEntry> second) {
        Map<String, PriceEntry> both = new TreeMap<>(second);
        first.forEach((name, entry) -> {
            PriceEntry other = second.get(name);
            both.put(name, other == null ? entry : of(entry, other));
        });
        return both;
    }

    private static PriceEntry of(PriceEntry first, PriceEntry second) {
        Map<PriceField, NanoUsd> amounts = new EnumMap<>(first.amounts());
        Map<PriceField, Integer> sources = new EnumMap<>(PriceField.class);
        sources.putAll(first.sources());
        moved(second.amounts(), second.amounts(), first.amounts()).forEach((field, amount) -> {
            Integer source = second.sources().get(field);
            if (amounts.putIfAbsent(field, amount) == null && source != null) {
                sources.put(field, source);
            }
        });
        return new PriceEntry(
                amounts,
                sources,
                tiers(first, second),
                first.searching() == Fees.Searching.EACH ? second.searching() : first.searching(),
                first.contextWindow() > 0 ? first.contextWindow() : second.contextWindow(),
                first.maxOutputTokens() > 0 ? first.maxOutputTokens() : second.maxOutputTokens());
    }

    /** Amounts of a list whose plain prices are {@code from}, for one where they are {@code to}. */
    private static Map<PriceField, NanoUsd> moved(
            Map<PriceField, NanoUsd> amounts, Map<PriceField, NanoUsd> from, Map<PriceField, NanoUsd> to) {
        Map<PriceField, NanoUsd> moved = new EnumMap<>(PriceField.class);
        amounts.forEach((field, amount) -> {
            PriceField plain = ON_PLAIN.get(field);
            NanoUsd there = plain == null ? amount : moved(amount, from.get(plain), to.get(plain));
            if (there != null) {
                moved.put(field, there);
            }
        });
        return moved;
    }

    private static @Nullable NanoUsd moved(NanoUsd amount, @Nullable NanoUsd from, @Nullable NanoUsd to) {
        if (from == null || to == null || from.equals(to)) {
            return amount;
        }
        boolean near = from.nanos() / FAR <= to.nanos() && to.nanos() / FAR <= from.nanos();
        return !near || from.isZero() ? null : amount.times(to.nanos(), from.nanos());
    }

    /** Tiers are of one list, since sizes of two make no sense together; where both have the same sizes, each adds what it knows. */
    private static List<PriceEntry.Tier> tiers(PriceEntry first, PriceEntry second) {
        List<PriceEntry.Tier> firsts = first.tiers();
        List<PriceEntry.Tier> seconds = second.tiers();
        if (firsts.isEmpty()
                && Objects.equals(
                        first.amounts().get(PriceField.INPUT), second.amounts().get(PriceField.INPUT))) {
            return seconds;
        }
        if (firsts.size() != seconds.size()) {
            return firsts;
        }
        List<PriceEntry.Tier> both = new ArrayList<>();
        for (int i = 0; i < firsts.size(); i++) {
            PriceEntry.Tier ours = firsts.get(i);
            PriceEntry.Tier theirs = seconds.get(i);
            if (Math.abs(ours.above() - theirs.above()) > SAME_SIZE) {
                return firsts;
            }
            Map<PriceField, NanoUsd> amounts = new EnumMap<>(moved(theirs.amounts(), theirs.amounts(), ours.amounts()));
            amounts.putAll(ours.amounts());
            both.add(new PriceEntry.Tier(ours.above(), amounts));
        }
        return both;
    }

    /** To be served sooner is never cheaper than usual, and later never dearer: a list that says so has mistaken something. */
    static void withoutNonsense(Map<PriceField, NanoUsd> amounts) {
        pair(amounts, PriceField.PRIORITY_INPUT, PriceField.PRIORITY_OUTPUT, 1);
        pair(amounts, PriceField.FAST_INPUT, PriceField.FAST_OUTPUT, 1);
        pair(amounts, PriceField.BATCH_INPUT, PriceField.BATCH_OUTPUT, -1);
        pair(amounts, PriceField.FLEX_INPUT, PriceField.FLEX_OUTPUT, -1);
    }

    private static void pair(Map<PriceField, NanoUsd> amounts, PriceField in, PriceField out, int sign) {
        NanoUsd input = amounts.get(PriceField.INPUT);
        NanoUsd other = amounts.get(in);
        if (input == null || other == null || !amounts.containsKey(out) || other.compareTo(input) * sign <= 0) {
            amounts.remove(in);
            amounts.remove(out);
        }
    }
}
