package dev.portreeve.policy.call;

/**
 * What a call used.
 *
 * @param inputTokens all input tokens, cached ones included
 * @param cachedInputTokens those of them the provider served from its cache
 * @param basis how we know
 */
public record Usage(long inputTokens, long cachedInputTokens, long outputTokens, Basis basis) {
    /** A tool call, which is paid by the call. */
    public static final Usage NO_TOKENS = new Usage(0, 0, 0, Basis.REPORTED);

    /** A server that asked its caller something instead of answering: nothing is owed before a later round completes. */
    public static final Usage UNFINISHED = new Usage(0, 0, 0, Basis.UNFINISHED);

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
        /** Nobody knows (a crash); the whole hold is charged. */
        ASSUMED
    }

    public Usage {
        if (inputTokens < 0 || outputTokens < 0 || cachedInputTokens < 0 || cachedInputTokens > inputTokens) {
            throw new IllegalArgumentException("impossible usage: input " + inputTokens + " of which cached "
                    + cachedInputTokens + ", output " + outputTokens);
        }
    }
}
