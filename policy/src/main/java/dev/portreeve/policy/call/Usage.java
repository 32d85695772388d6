package dev.portreeve.policy.call;

/**
 * What a call used.
 *
 * @param inputTokens all input tokens, cached ones included
 * @param cachedInputTokens those of them the provider served from its cache
 * @param outputTokens all output tokens, reasoning included
 * @param parts what of both totals has a price of its own
 * @param basis how we know
 */
public record Usage(long inputTokens, long cachedInputTokens, long outputTokens, Parts parts, Basis basis) {
    /** A tool call, which is paid by the call. */
    public static final Usage NO_TOKENS = new Usage(0, 0, 0, Basis.REPORTED);

    /** A server that asked its caller something instead of answering: nothing is owed before a later round completes. */
    public static final Usage UNFINISHED = new Usage(0, 0, 0, Basis.UNFINISHED);

    /** A tool call that began a task. */
    public static final Usage TASK = new Usage(0, 0, 0, Basis.BEGUN);

    /** What an upstream returns whose provider did not say; the metering then charges what it counted itself. */
    public static final Usage UNREPORTED = new Usage(0, 0, 0, Basis.ESTIMATED);

    /** Where a usage comes from; stands in the record beside the cost. */
    public enum Basis {
        /** The provider said so. */
        REPORTED,
        /** The provider said nothing; counted from what passed through. */
        ESTIMATED,
        /** The upstream asked back; the round that completes is charged. */
        UNFINISHED,
        /** The upstream began a task: it is paid for now, and its result comes with a later request. */
        BEGUN,
        /** Nobody knows (a crash); the whole hold is charged. */
        ASSUMED
    }

    /**
     * Tokens of sorts that may have prices of their own, each within its total and none counted twice.
     *
     * @param cacheWrite input written into the provider's cache for minutes
     * @param cacheWriteHour input written into it for an hour
     * @param audioInput input that is sound and did not come from the cache
     * @param reasoning output that was thought
     * @param audioOutput output that is sound
     */
    public record Parts(long cacheWrite, long cacheWriteHour, long audioInput, long reasoning, long audioOutput) {
        public static final Parts NONE = new Parts(0, 0, 0, 0, 0);

        public Parts {
            if (cacheWrite < 0 || cacheWriteHour < 0 || audioInput < 0 || reasoning < 0 || audioOutput < 0) {
                throw new IllegalArgumentException("impossible usage: a part is below zero");
            }
        }
    }

    /** A usage whose tokens are of no particular sort but cached. */
    public Usage(long inputTokens, long cachedInputTokens, long outputTokens, Basis basis) {
        this(inputTokens, cachedInputTokens, outputTokens, Parts.NONE, basis);
    }

    public Usage {
        boolean negative = inputTokens < 0 || outputTokens < 0 || cachedInputTokens < 0;
        if (negative || exceeds(inputTokens, cachedInputTokens, parts) || exceeds(outputTokens, parts)) {
            throw new IllegalArgumentException("impossible usage: input " + inputTokens + " of which cached "
                    + cachedInputTokens + ", output " + outputTokens);
        }
    }

    /** Input tokens that are of no other sort. */
    public long plainInputTokens() {
        return inputTokens - cachedInputTokens - parts.cacheWrite() - parts.cacheWriteHour() - parts.audioInput();
    }

    /** Output tokens that are of no other sort. */
    public long plainOutputTokens() {
        return outputTokens - parts.reasoning() - parts.audioOutput();
    }

    /** By taking away, since adding could overflow. */
    private static boolean exceeds(long input, long cached, Parts parts) {
        long left = input;
        for (long part : new long[] {cached, parts.cacheWrite(), parts.cacheWriteHour(), parts.audioInput()}) {
            if (part > left) {
                return true;
            }
            left -= part;
        }
        return false;
    }

    private static boolean exceeds(long output, Parts parts) {
        return parts.reasoning() > output || parts.audioOutput() > output - parts.reasoning();
    }
}
