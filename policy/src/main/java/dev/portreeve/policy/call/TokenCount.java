package dev.portreeve.policy.call;

import java.util.Collection;

/**
 * Counts the tokens of one call by its model's own vocabulary. Slow beside everything else a call needs, so it is asked only where
 * the quick bound by size would refuse the call, and where the provider did not say what was used. Bounded in size and time;
 * what is beyond is {@link #UNKNOWN}. On the call's thread.
 */
public interface TokenCount {
    /** It cannot be told, or not in time. */
    long UNKNOWN = -1;

    /** Tokens have seldom more bytes on average; who would not fit even so is not counted. */
    long MOST_BYTES = 8;

    /** Of a model whose vocabulary is not known. */
    TokenCount NONE = new TokenCount() {
        @Override
        public long input() {
            return UNKNOWN;
        }

        @Override
        public long output(Collection<String> texts) {
            return UNKNOWN;
        }
    };

    /** No less than the request has. */
    long input();

    /**
     * What these texts have.
     *
     * @param texts each by itself
     */
    long output(Collection<String> texts);
}
