package dev.portreeve.audit.retention;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Indexes of a log as ranges, written {@code 0-99} or {@code 7}. Immutable. */
public final class IndexRanges {
    public static final IndexRanges NONE = new IndexRanges(new TreeMap<>());

    private final TreeMap<Long, Long> lastByFirst;

    private IndexRanges(TreeMap<Long, Long> lastByFirst) {
        this.lastByFirst = lastByFirst;
    }

    /**
     * Reads ranges.
     *
     * @throws IllegalArgumentException if one is none
     */
    public static IndexRanges parse(List<String> texts) {
        TreeMap<Long, Long> ranges = new TreeMap<>();
        for (String text : texts) {
            int dash = text.indexOf('-');
            long first = Long.parseLong(dash < 0 ? text : text.substring(0, dash));
            long last = dash < 0 ? first : Long.parseLong(text.substring(dash + 1));
            if (first < 0 || last < first) {
                throw new IllegalArgumentException("\"" + text + "\" is no range of indexes");
            }
            ranges.merge(first, last, Math::max);
        }
        return joined(ranges);
    }

    /** These and those. */
    public IndexRanges and(IndexRanges others) {
        TreeMap<Long, Long> all = new TreeMap<>(lastByFirst);
        others.lastByFirst.forEach((first, last) -> all.merge(first, last, Math::max));
        return joined(all);
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

    /** How many ranges there are. */
    public int count() {
        return lastByFirst.size();
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
