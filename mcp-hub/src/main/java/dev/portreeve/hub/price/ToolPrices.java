package dev.portreeve.hub.price;

import dev.portreeve.hub.definition.ToolSchema;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Tariff;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the tools of one server cost. Immutable.
 *
 * @param perCall of tools that no other price covers
 * @param prices the first that covers a tool is its price
 * @param largestResult the longest result that the gateway takes from a server, in bytes
 */
public record ToolPrices(NanoUsd perCall, List<ToolPrice> prices, long largestResult) {
    private static final String VERSION = "configuration";
    /** What nobody pays for. */
    public static final ToolPrices FREE = new ToolPrices(NanoUsd.ZERO, List.of(), 1);

    /**
     * A tool's price, and what keeps it from being one.
     *
     * @param misfit why its calls cannot be priced, for people; {@code null} if they can
     */
    public record Fitted(Tariff tariff, @Nullable String misfit) {}

    public ToolPrices {
        prices = List.copyOf(prices);
    }

    /** Whether no call of the server's tools costs anything. */
    public boolean areFree() {
        return (perCall.isZero() || prices.stream().anyMatch(price -> price.covers("*")))
                && prices.stream().allMatch(price -> price.isFree(perCall));
    }

    /** Holds the price of a tool to its definition. */
    public Fitted of(String tool, ToolSchema schema) {
        ToolPrice price = price(tool);
        if (price == null) {
            return new Fitted(Tariff.perCall(perCall, VERSION), null);
        }
        List<Tariff.PerUnit> units = new ArrayList<>();
        for (ToolPrice.ArgumentPrice each : price.perArgument()) {
            PricedArgument argument = PricedArgument.of(each, schema);
            Optional<String> misfit = argument.misfit();
            if (misfit.isPresent()) {
                return new Fitted(
                        Tariff.perCall(ofCall(price), VERSION),
                        "the price of tool \"" + tool + "\" does not fit its definition: " + misfit.get());
            }
            units.add(argument.perUnit());
        }
        return new Fitted(
                new Tariff(
                        ofCall(price),
                        units,
                        price.argumentsWithinLimits(),
                        price.resultWithin(largestResult),
                        VERSION),
                null);
    }

    /** What is yet to be paid for when the result of a tool's task is fetched. */
    public Tariff ofLaterResult(String tool) {
        ToolPrice price = price(tool);
        return price == null || price.resultBytes() == null
                ? Tariff.FREE
                : new Tariff(NanoUsd.ZERO, List.of(), null, price.resultWithin(largestResult), VERSION);
    }

    private NanoUsd ofCall(ToolPrice price) {
        NanoUsd own = price.perCall();
        return own == null ? perCall : own;
    }

    private @Nullable ToolPrice price(String tool) {
        for (ToolPrice price : prices) {
            if (price.covers(tool)) {
                return price;
            }
        }
        return null;
    }
}
