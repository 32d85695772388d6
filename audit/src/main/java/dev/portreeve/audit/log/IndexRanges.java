package dev.portreeve.audit.log;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Indexes of a log as ranges, as tombstones and manifests write them: {@code 0-99} or {@code 7}. They join where they meet. Immutable. */
public final class IndexRanges {
    public static final IndexRanges NONE = new IndexRanges(new TreeMap<>());
    private static final int MOST = 100_000;
    private final TreeMap<Long, Long> lastByFirst;

    private IndexRanges(TreeMap<Long, Long> lastByFirst) {
        this.lastByFirst = lastByFirst;
    }

    /**
     * Reads ranges, which a stranger may have written.
     *
     * @throws IllegalArgumentException if one is none, or there are more than 100,000; does not quote it
     */
    public static IndexRanges parse(List<?> texts) {
        TreeMap<Long, Long> ranges = new TreeMap<>();
        for (Object each : texts) {
            if (!(each instanceof String text)
                    || !text.matches("[0-9]{1,15}(-[0-9]{1,15})?")
                    || ranges.size() >= MOST) {
                throw new IllegalArgumentException("a range of indexes looks like 0-99 or 7");
            }
            int dash = text.indexOf('-');
            long first = Long.parseLong(dash < 0 ? text : text.substring(0, dash));
            long last = dash < 0 ? first : Long.parseLong(text.substring(dash + 1));
            if (last < first) {
                throw new IllegalArgumentException("\"" + text + "\" is no range of indexes: it ends before it begins");
            }
            ranges.merge(first, last, Math::max);
        }
        return joined(ranges);
    }

    /** As {@link #parse} of what the log itself says was dropped; of what somebody changed nothing is believed. */
    public static IndexRanges said(List<?> texts) {
        try {
            return parse(texts);
        } catch (IllegalArgumentException changed) {
            return NONE;
        }
    }

    /** These and those. */
    public IndexRanges and(IndexRanges others) {
        TreeMap<Long, Long> all = new TreeMap<>(lastByFirst);
        others.lastByFirst.forEach((first, last) -> all.merge(first, last, Math::max));
        return joined(all);
    }

    /** Those of them from one index to before another. */
    public IndexRanges between(long from, long end) {
        TreeMap<Long, Long> within = new TreeMap<>();
        lastByFirst.forEach((first, last) -> {
            if (first < end && last >= from) {
                within.put(Math.max(first, from), Math.min(last, end - 1));
            }
        });
        return new IndexRanges(within);
    }

    private static IndexRanges joined(TreeMap<Long, Long> ranges) {
        TreeMap<Long, Long> joined = new TreeMap<>();
        for (Map.Entry<Long, Long> range : ranges.entrySet()) {
            Map.Entry<Long, Long> before = joined.lastEntry();
            if (before != null && before.getValue() >= range.getKey() - 1) {
                joined.put(before.getKey(), Math.max(before.getValue(), range.getValue()));
            } else {
                joined.put(range.getKey(), range.getValue());
            }
        }
        return new IndexRanges(joined);
    }

    public boolean contains(long index) {
        Map.Entry<Long, Long> range = lastByFirst.floorEntry(index);
        return range != null && index <= range.getValue();
    }

    /** Whether all of these are among those. */
    public boolean within(IndexRanges others) {
        return lastByFirst.entrySet().stream().allMatch(range -> {
            Map.Entry<Long, Long> other = others.lastByFirst.floorEntry(range.getKey());
            return other != null && range.getValue() <= other.getValue();
        });
    }

    public boolean isEmpty() {
        return lastByFirst.isEmpty();
    }

    /** How many indexes these are. */
    public long count() {
        return lastByFirst.entrySet().stream()
                .mapToLong(range -> range.getValue() - range.getKey() + 1)
                .sum();
    }

    /** In ascending order. */
    public List<String> texts() {
        List<String> texts = new ArrayList<>(lastByFirst.size());
        lastByFirst.forEach((first, last) -> texts.add(first.equals(last) ? first.toString() : first + "-" + last));
        return texts;
    }

    @Override
    public String toString() {
        return String.join(", ", texts());
    }
}
