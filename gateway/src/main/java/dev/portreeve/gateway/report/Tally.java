package dev.portreeve.gateway.report;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Numbers for each of many names. Keeps so many names and no more: what comes after is counted under {@value #OTHERS}, so that memory does
 * not grow with what a log holds. For one thread.
 */
final class Tally {
    static final String OTHERS = "(others)";
    private static final int MOST = 500;
    private static final int NANO_DIGITS = 9;
    private static final String MONEY = "_usd";

    private final List<String> names;
    private final List<String> columns;
    private final Map<List<String>, long[]> rows = new HashMap<>();
    private final List<String> others;

    /**
     * @param names what a row is named by
     * @param columns what is counted; one that ends with {@code _usd} is money
     */
    Tally(List<String> names, String... columns) {
        this.names = names;
        this.columns = List.of(columns);
        this.others = names.stream().map(unused -> OTHERS).toList();
    }

    /** Named by one thing, with one number. */
    static Tally counting(String name) {
        return new Tally(List.of(name), "count");
    }

    void count(String name) {
        add(List.of(name), "count", 1);
    }

    void add(List<String> key, String column, long number) {
        long[] row = rows.get(key);
        if (row == null) {
            row = rows.computeIfAbsent(rows.size() < MOST ? key : others, unused -> new long[columns.size()]);
        }
        int at = columns.indexOf(column);
        row[at] = plus(row[at], number);
    }

    void addUsd(List<String> key, String column, String amount) {
        add(key, column, nanos(amount));
    }

    /** The largest first, by the first column. */
    ArrayNode json() {
        ArrayNode json = JsonMapper.shared().createArrayNode();
        rows.entrySet().stream()
                .sorted(Comparator.comparing((Map.Entry<List<String>, long[]> row) ->
                                row.getKey().equals(others))
                        .thenComparing(row -> -row.getValue()[0])
                        .thenComparing(row -> String.join("\n", row.getKey())))
                .forEach(row -> write(json.addObject(), row.getKey(), row.getValue()));
        return json;
    }

    private void write(ObjectNode json, List<String> key, long[] numbers) {
        for (int i = 0; i < names.size(); i++) {
            json.put(names.get(i), key.get(i));
        }
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).endsWith(MONEY)) {
                json.put(columns.get(i), usd(numbers[i]));
            } else {
                json.put(columns.get(i), numbers[i]);
            }
        }
    }

    long total(String column) {
        int at = columns.indexOf(column);
        return rows.values().stream().mapToLong(row -> row[at]).reduce(0, Tally::plus);
    }

    /** The numbers of one row. */
    long of(String name) {
        long[] row = rows.get(List.of(name));
        return row == null ? 0 : Arrays.stream(row).limit(1).sum();
    }

    /** The sum, or the largest number there is: whoever altered records says what he likes, and a report is made all the same. */
    static long plus(long one, long other) {
        long sum = one + other;
        boolean overflows = ((one ^ sum) & (other ^ sum)) < 0;
        return overflows ? (one < 0 ? Long.MIN_VALUE : Long.MAX_VALUE) : sum;
    }

    /** Amounts in records are decimal strings; what is none counts nothing. */
    static long nanos(String amount) {
        try {
            return amount.isEmpty()
                    ? 0
                    : new BigDecimal(amount).movePointRight(NANO_DIGITS).longValueExact();
        } catch (ArithmeticException | NumberFormatException none) {
            return 0;
        }
    }

    static String usd(long nanos) {
        BigDecimal amount = BigDecimal.valueOf(nanos, NANO_DIGITS).stripTrailingZeros();
        return (amount.scale() < 0 ? amount.setScale(0) : amount).toPlainString();
    }
}
