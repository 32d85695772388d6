package dev.portreeve.policy.call;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a call used.
 *
 * @param inputTokens all input tokens, cached ones included
 * @param cachedInputTokens those of them the provider served from its cache
 * @param outputTokens all output tokens, reasoning included
 * @param parts what of both totals has a price of its own
 * @param terms on which it was served
 * @param apart what it costs beside its tokens, or in their place
 * @param basis how we know
 */
public record Usage(
        long inputTokens,
        long cachedInputTokens,
        long outputTokens,
        Parts parts,
        Terms terms,
        Apart apart,
        Basis basis) {
    /** A tool call, which is paid by the call. */
    public static final Usage NO_TOKENS = new Usage(0, 0, 0, Basis.REPORTED);

    /** A server that asked its caller something instead of answering: nothing is owed before a later round completes. */
    public static final Usage UNFINISHED = new Usage(0, 0, 0, Basis.UNFINISHED);

    /** A tool call that began a task. */
    public static final Usage TASK = new Usage(0, 0, 0, Basis.BEGUN);

    /** An answer that was given before: no provider made anything. */
    public static final Usage CACHED = new Usage(0, 0, 0, Basis.CACHED);

    /** What an upstream returns whose provider did not say; the metering then charges what it counted itself. */
    public static final Usage UNREPORTED = new Usage(0, 0, 0, Basis.ESTIMATED);

    /** Where a usage comes from; stands in the record beside the cost. */
    public enum Basis {
        /** The provider said so. */
        REPORTED,
        /** The provider said nothing; a tokenizer counted what went there and what came. */
        COUNTED,
        /** The provider said nothing; bounded from the size of what passed through. */
        ESTIMATED,
        /** The upstream asked back; the round that completes is charged. */
        UNFINISHED,
        /** The upstream began a task: it is paid for now, and its result comes with a later request. */
        BEGUN,
        /** The answer of an earlier call was given again, for a price of its own; no tokens were used. */
        CACHED,
        /** Nobody knows (a crash); the whole hold is charged. */
        ASSUMED
    }

    /**
     * Tokens of sorts that may have prices of their own, each within its total and none counted twice.
     *
     * @param cacheWrite input written into the provider's cache for minutes
     * @param cacheWriteHour input written into it for an hour
     * @param audioInput input that is sound and did not come from the cache
     * @param imageInput input that is pictures and did not come from the cache
     * @param reasoning output that was thought
     * @param audioOutput output that is sound
     * @param imageOutput output that is pictures
     */
    public record Parts(
            long cacheWrite,
            long cacheWriteHour,
            long audioInput,
            long imageInput,
            long reasoning,
            long audioOutput,
            long imageOutput) {
        public static final Parts NONE = new Parts(0, 0, 0, 0, 0);

        public Parts {
            boolean input = cacheWrite < 0 || cacheWriteHour < 0 || audioInput < 0 || imageInput < 0;
            if (input || reasoning < 0 || audioOutput < 0 || imageOutput < 0) {
                throw new IllegalArgumentException("impossible usage: a part is below zero");
            }
        }

        /** With another amount of thought. */
        public Parts reasoning(long amount) {
            return new Parts(cacheWrite, cacheWriteHour, audioInput, imageInput, amount, audioOutput, imageOutput);
        }

        /** Without pictures. */
        public Parts(long cacheWrite, long cacheWriteHour, long audioInput, long reasoning, long audioOutput) {
            this(cacheWrite, cacheWriteHour, audioInput, 0, reasoning, audioOutput, 0);
        }
    }

    /**
     * What is charged beside tokens, or in their place.
     *
     * @param uses how often the provider did something by itself that it charges for
     * @param stated what the provider says the whole call costs; {@code null} where it says nothing that can be a price
     */
    public record Apart(
            Map<HostedService, Long> uses, @Nullable NanoUsd stated) {
        public static final Apart NONE = new Apart(Map.of(), null);

        public Apart {
            uses = Map.copyOf(uses);
            if (uses.values().stream().anyMatch(count -> count < 0)) {
                throw new IllegalArgumentException("impossible usage: something was used less than never");
            }
        }

        /** With at least so many uses of each. */
        Apart atLeast(Map<HostedService, Long> others) {
            if (others.isEmpty()) {
                return this;
            }
            Map<HostedService, Long> more = new EnumMap<>(HostedService.class);
            more.putAll(uses);
            others.forEach((service, count) -> more.merge(service, count, Math::max));
            return new Apart(more, stated);
        }
    }

    /** A usage that costs nothing beside its tokens. */
    public Usage(long inputTokens, long cachedInputTokens, long outputTokens, Parts parts, Terms terms, Basis basis) {
        this(inputTokens, cachedInputTokens, outputTokens, parts, terms, Apart.NONE, basis);
    }

    /** A usage whose tokens are of no particular sort but cached. */
    public Usage(long inputTokens, long cachedInputTokens, long outputTokens, Basis basis) {
        this(inputTokens, cachedInputTokens, outputTokens, Parts.NONE, basis);
    }

    /** A usage on the usual terms. */
    public Usage(long inputTokens, long cachedInputTokens, long outputTokens, Parts parts, Basis basis) {
        this(inputTokens, cachedInputTokens, outputTokens, parts, Terms.USUAL, basis);
    }

    /** What is known of a call that ended early, with an output that was counted here if that is more. */
    public Usage early(long output) {
        return new Usage(inputTokens, cachedInputTokens, output, parts, terms, apart, Basis.ESTIMATED);
    }

    /** The same with other parts. */
    public Usage with(Parts other) {
        return new Usage(inputTokens, cachedInputTokens, outputTokens, other, terms, apart, basis);
    }

    /** The same, served on other terms. */
    public Usage on(Terms other) {
        return new Usage(inputTokens, cachedInputTokens, outputTokens, parts, other, apart, basis);
    }

    /** The same with other costs beside its tokens. */
    public Usage with(Apart other) {
        return new Usage(inputTokens, cachedInputTokens, outputTokens, parts, terms, other, basis);
    }

    /** The same with at least so many uses of what the provider does by itself. */
    public Usage atLeast(Map<HostedService, Long> uses) {
        return uses.isEmpty() ? this : with(apart.atLeast(uses));
    }

    public Usage {
        boolean negative = inputTokens < 0 || outputTokens < 0 || cachedInputTokens < 0;
        if (negative || inputExceeds(inputTokens, cachedInputTokens, parts) || outputExceeds(outputTokens, parts)) {
            throw new IllegalArgumentException("impossible usage: input " + inputTokens + " of which cached "
                    + cachedInputTokens + ", output " + outputTokens);
        }
    }

    /** Input tokens that are of no other sort. */
    public long plainInputTokens() {
        return inputTokens
                - cachedInputTokens
                - parts.cacheWrite()
                - parts.cacheWriteHour()
                - parts.audioInput()
                - parts.imageInput();
    }

    /** Output tokens that are of no other sort. */
    public long plainOutputTokens() {
        return outputTokens - parts.reasoning() - parts.audioOutput() - parts.imageOutput();
    }

    /** By taking away, since adding could overflow. */
    private static boolean inputExceeds(long input, long cached, Parts parts) {
        return exceeds(
                input, cached, parts.cacheWrite(), parts.cacheWriteHour(), parts.audioInput(), parts.imageInput());
    }

    private static boolean outputExceeds(long output, Parts parts) {
        return exceeds(output, parts.reasoning(), parts.audioOutput(), parts.imageOutput());
    }

    private static boolean exceeds(long total, long... parts) {
        long left = total;
        for (long part : parts) {
            if (part > left) {
                return true;
            }
            left -= part;
        }
        return false;
    }
}
