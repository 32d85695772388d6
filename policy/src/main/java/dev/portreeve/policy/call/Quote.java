package dev.portreeve.policy.call;

import java.math.BigDecimal;
import java.util.List;

/**
 * What one call of a tool costs by its arguments, and how its result will be priced. Immutable.
 *
 * @param fixed what is known before it runs: per call, for its arguments' units, and for their bytes
 * @param lines the units, in the order of the tariff
 * @param argumentBytes as counted; 0 where they have no price
 */
public record Quote(Tariff tariff, NanoUsd fixed, List<Line> lines, long argumentBytes) {
    /** Of whatever is not priced by a tool's tariff. */
    public static final Quote NONE = new Quote(Tariff.FREE, NanoUsd.ZERO, List.of(), 0);

    /**
     * The units of one argument.
     *
     * @param absent whether the argument was not there, so that a stand-in counts
     */
    public record Line(Tariff.PerUnit price, BigDecimal units, boolean absent) {}

    public Quote {
        lines = List.copyOf(lines);
    }

    /** Before the arguments are known: as dear as any call that may run. */
    static Quote dearest(Tariff tariff) {
        return new Quote(tariff, tariff.dearest(), List.of(), 0);
    }

    /** Whether the result has a price. */
    public boolean countsResult() {
        return tariff.resultBytes() != null;
    }

    /** The most bytes a result may have; without a price for them, any number. */
    public long mostResultBytes() {
        Tariff.PerBytes price = tariff.resultBytes();
        return price == null ? Long.MAX_VALUE : price.atMost();
    }

    /**
     * What a result of this size costs, beside {@link #fixed}.
     *
     * @throws ArithmeticException beyond 64 bits
     */
    public NanoUsd result(long bytes) {
        Tariff.PerBytes price = tariff.resultBytes();
        return price == null ? NanoUsd.ZERO : price.of(bytes);
    }

    /** What the largest result costs. */
    NanoUsd dearestResult() {
        Tariff.PerBytes price = tariff.resultBytes();
        return price == null ? NanoUsd.ZERO : price.of(price.atMost());
    }
}
