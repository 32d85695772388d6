package dev.portreeve.policy.call;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The most a call can cost, worked out before it runs.
 *
 * @param inputTokens an upper bound, counted or bounded from bytes
 * @param outputTokens an upper bound that is also enforced (asked for, or the model's own limit, or injected)
 * @param terms all on which the provider may serve it, at least one
 * @param apart what it may cost beside its tokens
 * @param counting knows better than sizes do, where the model has a tokenizer
 * @param shortening how its answers can be made shorter
 * @param quote what a call of a tool costs by its arguments, which stands in {@code price}, and may cost by its result
 */
public record Estimate(
        long inputTokens,
        long outputTokens,
        Price price,
        List<Terms> terms,
        Apart apart,
        TokenCount counting,
        Shortening shortening,
        Quote quote) {
    private static final List<Terms> USUAL = List.of(Terms.USUAL);

    /**
     * What the provider may charge beside tokens.
     *
     * @param uses how often at most it does something by itself that it charges for
     * @param counted whether its answers say how often it did; else the most counts
     * @param stated whether what its answers say of their cost is believed
     */
    public record Apart(Map<HostedService, Long> uses, boolean counted, boolean stated) {
        public static final Apart NONE = new Apart(Map.of(), true, false);

        public Apart {
            uses = Map.copyOf(uses);
        }
    }

    /** Of a call that no tool's tariff prices. */
    public Estimate(
            long inputTokens,
            long outputTokens,
            Price price,
            List<Terms> terms,
            Apart apart,
            TokenCount counting,
            Shortening shortening) {
        this(inputTokens, outputTokens, price, terms, apart, counting, shortening, Quote.NONE);
    }

    /** Of what costs this much, whatever comes of it. */
    public static Estimate fixed(NanoUsd price) {
        return new Estimate(0, 0, Price.perCall(price, "fixed"));
    }

    /** Of a call of a tool, with these arguments. */
    public static Estimate of(Quote quote) {
        return new Estimate(
                0,
                0,
                Price.perCall(quote.fixed(), quote.tariff().version()),
                USUAL,
                Apart.NONE,
                TokenCount.NONE,
                Shortening.IMPOSSIBLE,
                quote);
    }

    /** Of a call of a tool, whatever its arguments are. */
    public static Estimate of(Tariff tariff) {
        return of(Quote.dearest(tariff));
    }

    /** Of a call of a tool with these arguments; where they have no price, as dear as any, until the call is refused for it. */
    public static Estimate of(Tariff tariff, Arguments arguments) {
        try {
            return tariff.offer(arguments) instanceof Tariff.Priced(Quote quote) ? of(quote) : of(tariff);
        } catch (ArithmeticException beyondAllMeasure) {
            return of(tariff);
        }
    }

    /** Of a call whose answers cannot be made shorter. */
    public Estimate(
            long inputTokens, long outputTokens, Price price, List<Terms> terms, Apart apart, TokenCount counting) {
        this(inputTokens, outputTokens, price, terms, apart, counting, Shortening.IMPOSSIBLE);
    }

    /** The same, with answers that can be made shorter. */
    public Estimate with(Shortening how) {
        return new Estimate(inputTokens, outputTokens, price, terms, apart, counting, how, quote);
    }

    /** The same, served on these terms only, with answers that are not made shorter. */
    public Estimate on(List<Terms> only) {
        return new Estimate(inputTokens, outputTokens, price, only, apart, counting, Shortening.IMPOSSIBLE, quote);
    }

    /** The same within other bounds. */
    public Estimate within(long input, long output) {
        return new Estimate(input, output, price, terms, apart, counting, shortening, quote);
    }

    /** Of a call to a model without a tokenizer. */
    public Estimate(long inputTokens, long outputTokens, Price price, List<Terms> terms, Apart apart) {
        this(inputTokens, outputTokens, price, terms, apart, TokenCount.NONE);
    }

    /**
     * The same with its input counted, if that makes it smaller and could make it fit. Slow: only for a call that would be
     * refused otherwise.
     *
     * @param left what there is
     * @return {@code null} if it does not help
     */
    public @Nullable Estimate counted(NanoUsd left) {
        if (counting.equals(TokenCount.NONE)
                || atMost(inputTokens / TokenCount.MOST_BYTES, outputTokens).compareTo(left) > 0) {
            return null;
        }
        long tokens = counting.input();
        boolean less = tokens != TokenCount.UNKNOWN && tokens < inputTokens;
        return less ? within(tokens, outputTokens) : null;
    }

    /** Of a call that costs nothing beside its tokens. */
    public Estimate(long inputTokens, long outputTokens, Price price, List<Terms> terms) {
        this(inputTokens, outputTokens, price, terms, Apart.NONE);
    }

    public Estimate {
        terms = List.copyOf(terms);
        if (terms.isEmpty()) {
            throw new IllegalArgumentException("a call is served on some terms");
        }
    }

    /** Of a call that can only be served as usual. */
    public Estimate(long inputTokens, long outputTokens, Price price) {
        this(inputTokens, outputTokens, price, USUAL);
    }

    /**
     * The amount to hold on every budget above the caller (INV-3): what the dearest usage within the bounds costs, be it
     * written into a cache, thought, or spoken, and served as dearly as may be; of a tool, with the largest result.
     *
     * @throws ArithmeticException beyond 64 bits
     */
    public NanoUsd worstCase() {
        return atMost(inputTokens, outputTokens).plus(quote.dearestResult());
    }

    /**
     * The same within other bounds, without a tool's result.
     *
     * @throws ArithmeticException beyond 64 bits
     */
    public NanoUsd atMost(long input, long output) {
        NanoUsd worst = NanoUsd.ZERO;
        for (Terms each : terms) {
            NanoUsd here = price.atMost(input, output, each, apart.uses());
            worst = here.compareTo(worst) > 0 ? here : worst;
        }
        return worst;
    }
}
