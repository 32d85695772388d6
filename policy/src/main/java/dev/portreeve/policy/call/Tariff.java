package dev.portreeve.policy.call;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What calls of one tool cost: for each call, for what its arguments ask for, and for the bytes that go there and come back. Everything is
 * billionths of a dollar; each part is rounded up once. Immutable.
 *
 * @param perUnit parts that depend on an argument; all of them add up
 * @param argumentBytes of the canonical form of the arguments, so that equal arguments cost the same however they are spaced
 * @param resultBytes of the result as its server sent it
 * @param version where it comes from, for records
 */
public record Tariff(
        NanoUsd perCall,
        List<PerUnit> perUnit,
        @Nullable PerBytes argumentBytes,
        @Nullable PerBytes resultBytes,
        String version) {
    /** What nobody pays for. */
    public static final Tariff FREE = perCall(NanoUsd.ZERO, "configuration");

    /** What of an argument is counted. */
    public enum Measure {
        /** The number that it is, or a part of one. */
        NUMBER("a number"),
        /** The elements of a list. */
        ITEMS("a list"),
        /** The characters (code points) of a text. */
        CHARACTERS("a text");

        private final String wanted;

        Measure(String wanted) {
            this.wanted = wanted;
        }

        String wanted() {
            return wanted;
        }
    }

    /**
     * A price for each unit of an argument.
     *
     * @param argument as the operator names it, for people and records
     * @param path the names that lead there, at least one
     * @param usd for one unit
     * @param atMost the most units a call may ask for; one that asks for more does not run
     * @param absent how many units count where the argument is absent or null, at most {@code atMost}
     */
    public record PerUnit(
            String argument, List<String> path, Measure of, NanoUsd usd, BigDecimal atMost, BigDecimal absent) {
        public PerUnit {
            path = List.copyOf(path);
            if (path.isEmpty() || usd.nanos() < 0 || absent.signum() < 0 || absent.compareTo(atMost) > 0) {
                throw new IllegalArgumentException("the price of argument \"" + argument
                        + "\" needs a price of at least nothing, and as many units where it is absent as there may be");
            }
        }

        /** @throws ArithmeticException beyond 64 bits */
        NanoUsd of(BigDecimal units) {
            return new NanoUsd(units.multiply(BigDecimal.valueOf(usd.nanos()))
                    .setScale(0, RoundingMode.CEILING)
                    .longValueExact());
        }
    }

    /**
     * A price for bytes.
     *
     * @param usd for so many bytes
     * @param per how many these are; what is less costs its part, rounded up to a billionth
     * @param atMost the most that there may be
     */
    public record PerBytes(NanoUsd usd, long per, long atMost) {
        public PerBytes {
            if (usd.nanos() < 0 || per < 1 || atMost < 1) {
                throw new IllegalArgumentException("bytes need a price of at least nothing, for at least one of them");
            }
        }

        /** @throws ArithmeticException beyond 64 bits */
        public NanoUsd of(long bytes) {
            return usd.times(bytes, per);
        }
    }

    public Tariff {
        perUnit = List.copyOf(perUnit);
    }

    /** The same for every call. */
    public static Tariff perCall(NanoUsd amount, String version) {
        return new Tariff(amount, List.of(), null, null, version);
    }

    /** What becomes of a call that is to be priced. */
    public sealed interface Offer {}

    /** What it costs is known, but for its result. */
    public record Priced(Quote quote) implements Offer {}

    /** It cannot run: what it asks for has no price. The reason is for the caller. */
    public record Unpriced(String why) implements Offer {}

    /** Whether calls with any arguments and results cost the same. */
    public boolean isFlat() {
        return perUnit.isEmpty() && argumentBytes == null && resultBytes == null;
    }

    /**
     * Prices one call.
     *
     * @throws ArithmeticException if it costs more than can be counted
     */
    public Offer offer(Arguments arguments) {
        List<Quote.Line> lines = new ArrayList<>(perUnit.size());
        NanoUsd fixed = perCall;
        for (PerUnit each : perUnit) {
            ArgumentSize size = ArgumentSize.of(arguments, each.path(), each.of());
            Optional<String> wrong = size.problem(each);
            if (wrong.isPresent()) {
                return new Unpriced(wrong.get());
            }
            Quote.Line line = new Quote.Line(each, size.units(each), !size.isThere());
            lines.add(line);
            fixed = fixed.plus(each.of(line.units()));
        }
        long bytes = argumentBytes == null ? 0 : arguments.canonical().length;
        if (argumentBytes != null && bytes > argumentBytes.atMost()) {
            return new Unpriced("the arguments have " + bytes + " bytes, and this tool has a price for "
                    + argumentBytes.atMost() + " at most: send less");
        }
        return new Priced(
                new Quote(this, argumentBytes == null ? fixed : fixed.plus(argumentBytes.of(bytes)), lines, bytes));
    }

    /** The most any call can cost that may run at all, without its result; as much as can be counted, where it is more. */
    NanoUsd dearest() {
        BigInteger sum = BigInteger.valueOf(perCall.nanos());
        for (PerUnit each : perUnit) {
            sum = sum.add(each.atMost()
                    .multiply(BigDecimal.valueOf(each.usd().nanos()))
                    .setScale(0, RoundingMode.CEILING)
                    .toBigInteger());
        }
        if (argumentBytes != null) {
            BigInteger all = BigInteger.valueOf(argumentBytes.usd().nanos())
                    .multiply(BigInteger.valueOf(Math.min(argumentBytes.atMost(), Arguments.MAX_BYTES)));
            sum = sum.add(all.divide(BigInteger.valueOf(argumentBytes.per()))).add(BigInteger.ONE);
        }
        return new NanoUsd(sum.min(BigInteger.valueOf(Long.MAX_VALUE)).longValueExact());
    }
}
