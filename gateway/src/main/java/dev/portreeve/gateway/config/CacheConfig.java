package dev.portreeve.gateway.config;

/**
 * The bounds of what is kept in memory of answers, for all models that have a {@code cache} of their own. Without such a model nothing
 * is kept. Each gateway keeps its own.
 *
 * @param maxBytes of all answers that are kept and of those being made that may be; what was not asked for the longest goes first.
 *     Never more than a quarter of the Java heap
 * @param maxAnswerBytes the largest answer that is kept
 * @param maxEntries how many answers
 */
public record CacheConfig(
        @Default("67108864") long maxBytes,
        @Default("1048576") int maxAnswerBytes,
        @Default("10000") int maxEntries) {
    private static final long MOST_BYTES = 64L << 30;
    private static final int MOST_ANSWER_BYTES = 32 << 20;
    private static final int MOST_ENTRIES = 1_000_000;

    public CacheConfig {
        if (maxAnswerBytes < 1 || maxAnswerBytes > MOST_ANSWER_BYTES) {
            throw new IllegalArgumentException("max-answer-bytes must be between 1 and " + MOST_ANSWER_BYTES);
        }
        if (maxBytes < maxAnswerBytes || maxBytes > MOST_BYTES) {
            throw new IllegalArgumentException("max-bytes must be between max-answer-bytes and " + MOST_BYTES);
        }
        if (maxEntries < 1 || maxEntries > MOST_ENTRIES) {
            throw new IllegalArgumentException("max-entries must be between 1 and " + MOST_ENTRIES);
        }
    }

    /** The same, with no more than so many bytes. */
    public CacheConfig within(long most) {
        return new CacheConfig(Math.min(maxBytes, most), (int) Math.min(maxAnswerBytes, most), maxEntries);
    }
}
