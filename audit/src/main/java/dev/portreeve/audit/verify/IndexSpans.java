package dev.portreeve.audit.verify;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Indexes of a log as ranges, as tombstones and manifests write them: {@code 0-99} or {@code 7}. Immutable. */
final class IndexSpans {
    static final IndexSpans NONE = new IndexSpans(new TreeMap<>());
    private static final int MOST = 100_000;
    private final TreeMap<Long, Long> lastByFirst;

    private IndexSpans(TreeMap<Long, Long> lastByFirst) {
        this.lastByFirst = lastByFirst;
    }

    /**
     * Reads them.
     *
     * @throws IllegalArgumentException if one is none, or they overlap
     */
    static IndexSpans parse(List<?> texts) {
        TreeMap<Long, Long> spans = new TreeMap<>();
        for (Object each : texts) {
            if (!(each instanceof String text) || !text.matches("[0-9]{1,15}(-[0-9]{1,15})?") || spans.size() >= MOST) {
                throw new IllegalArgumentException(
                        "\"" + Plain.text(String.valueOf(each)) + "\" is no range of indexes");
            }
            int dash = text.indexOf('-');
            long first = Long.parseLong(dash < 0 ? text : text.substring(0, dash));
            long last = dash < 0 ? first : Long.parseLong(text.substring(dash + 1));
            Map.Entry<Long, Long> before = spans.floorEntry(last);
            if (last < first || (before != null && before.getValue() >= first)) {
                throw new IllegalArgumentException("\"" + text + "\" is no range of indexes, or overlaps another");
            }
            spans.put(first, last);
        }
        return new IndexSpans(spans);
    }

    boolean contains(long index) {
        Map.Entry<Long, Long> span = lastByFirst.floorEntry(index);
        return span != null && index <= span.getValue();
    }

    /** Whether all of these are among those, each within one range. */
    boolean within(IndexSpans others) {
        return lastByFirst.entrySet().stream().allMatch(span -> {
            Map.Entry<Long, Long> other = others.lastByFirst.floorEntry(span.getKey());
            return other != null && span.getValue() <= other.getValue();
        });
    }

    boolean isEmpty() {
        return lastByFirst.isEmpty();
    }

    /** How many indexes these are. */
    long count() {
        return lastByFirst.entrySet().stream()
                .mapToLong(span -> span.getValue() - span.getKey() + 1)
                .sum();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        lastByFirst.forEach((first, last) ->
                text.append(text.isEmpty() ? "" : ", ").append(first).append(first.equals(last) ? "" : "-" + last));
        return text.toString();
    }
}
