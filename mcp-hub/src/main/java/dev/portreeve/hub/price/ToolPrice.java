package dev.portreeve.hub.price;

import dev.portreeve.policy.access.Glob;
import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Tariff;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What calls of some tools of a server cost, beside each other: per call, per unit of an argument, and per byte. All of it is held before the
 * tool runs, with the largest result there may be, and settled at what came.
 *
 * @param tool the tool's own name there, or a pattern ({@code render*}); of several that fit, the first counts
 * @param perCall what each call costs, in US dollars; absent: the server's {@code price-per-call}
 * @param perArgument for what an argument asks for
 * @param argumentBytes for the bytes of the arguments, in their canonical form
 * @param resultBytes for the bytes of the result, as the server sends it; a result that has more than {@code at-most} is not passed on
 */
public record ToolPrice(
        String tool,
        @Nullable NanoUsd perCall,
        List<ArgumentPrice> perArgument,
        @Nullable BytesPrice argumentBytes,
        @Nullable BytesPrice resultBytes) {
    private static final int MOST_ARGUMENTS = 10;

    /**
     * A price for each unit that an argument asks for.
     *
     * @param argument its name, or a path into it: {@code options.count}, or a JSON Pointer such as {@code /options/count}
     * @param of what is counted: {@code number} for the number that it is, {@code items} for the elements of a list, {@code characters}
     *     for those of a text
     * @param usd what one unit costs, in US dollars
     * @param atMost the most units; a call that asks for more is refused. Absent: the {@code maximum}, {@code maxItems} or
     *     {@code maxLength} of the tool's input schema, and without one of these no call of the tool runs. Where both are there, the lower
     * @param whenAbsent how many units count when the argument is absent or null; absent: the {@code default} of the schema, or else the
     *     most
     */
    public record ArgumentPrice(
            String argument,
            Tariff.Measure of,
            NanoUsd usd,
            @Nullable BigDecimal atMost,
            @Nullable BigDecimal whenAbsent) {
        public ArgumentPrice {
            of = of == null ? Tariff.Measure.NUMBER : of;
            if (path(argument).stream().anyMatch(String::isEmpty)) {
                throw new IllegalArgumentException(
                        "\"" + argument + "\" is no argument: write count, options.count or /options/count");
            }
            if (usd.nanos() < 0) {
                throw new IllegalArgumentException("the price of argument \"" + argument + "\" is below 0");
            }
            if (atMost != null && atMost.signum() <= 0) {
                throw new IllegalArgumentException("at-most of argument \"" + argument + "\" must be above 0");
            }
            boolean more = atMost != null && whenAbsent != null && whenAbsent.compareTo(atMost) > 0;
            if (whenAbsent != null && (whenAbsent.signum() < 0 || more)) {
                throw new IllegalArgumentException(
                        "when-absent of argument \"" + argument + "\" must be from 0 to at-most");
            }
        }

        /** The names that lead to it. */
        List<String> path() {
            return path(argument);
        }

        private static List<String> path(String argument) {
            return argument.startsWith("/")
                    ? Arrays.stream(argument.substring(1).split("/", -1))
                            .map(name -> name.replace("~1", "/").replace("~0", "~"))
                            .toList()
                    : List.of(argument.split("\\.", -1));
        }
    }

    /**
     * A price for bytes.
     *
     * @param usd what so many bytes cost, in US dollars
     * @param per how many; a part of them costs its part, rounded up to a billionth of a dollar
     * @param atMost the most bytes; absent: the gateway's own limit (1 MiB of arguments, 8 MiB of a result)
     */
    public record BytesPrice(
            NanoUsd usd, @Nullable Long per, @Nullable Long atMost) {
        public BytesPrice {
            if (usd.nanos() < 0) {
                throw new IllegalArgumentException("a price of bytes is below 0");
            }
            if ((per != null && per < 1) || (atMost != null && atMost < 1)) {
                throw new IllegalArgumentException("per and at-most of bytes must be at least 1");
            }
        }

        private Tariff.PerBytes within(long limit) {
            return new Tariff.PerBytes(usd, per == null ? 1 : per, atMost == null ? limit : Math.min(limit, atMost));
        }
    }

    public ToolPrice {
        perArgument = perArgument == null ? List.of() : List.copyOf(perArgument);
        if (tool.isEmpty()) {
            throw new IllegalArgumentException("a price needs a tool, or \"*\" for all of the server");
        }
        if (perCall != null && perCall.nanos() < 0) {
            throw new IllegalArgumentException("per-call of \"" + tool + "\" is below 0");
        }
        if (perArgument.size() > MOST_ARGUMENTS) {
            throw new IllegalArgumentException(
                    "\"" + tool + "\" has prices for more than " + MOST_ARGUMENTS + " arguments");
        }
        long distinct = perArgument.stream()
                .map(each -> each.path() + " " + each.of())
                .distinct()
                .count();
        if (distinct < perArgument.size()) {
            throw new IllegalArgumentException("\"" + tool + "\" has two prices for the same argument");
        }
    }

    /** Whether it is the price of a tool of this name. */
    public boolean covers(String name) {
        return new Glob(tool).matches(name);
    }

    /** Whether some of its calls cost something. */
    boolean isFree(NanoUsd ofServer) {
        return (perCall == null ? ofServer : perCall).isZero()
                && perArgument.stream().allMatch(each -> each.usd().isZero())
                && (argumentBytes == null || argumentBytes.usd().isZero())
                && (resultBytes == null || resultBytes.usd().isZero());
    }

    Tariff.@Nullable PerBytes argumentsWithinLimits() {
        return argumentBytes == null ? null : argumentBytes.within(Arguments.MAX_BYTES);
    }

    Tariff.@Nullable PerBytes resultWithin(long largest) {
        return resultBytes == null ? null : resultBytes.within(largest);
    }
}
