package dev.portreeve.policy.call;

import org.jspecify.annotations.Nullable;

/**
 * How a call's answers can be made shorter than its estimate says, for budgets that would rather have a short answer than none.
 * Given by whoever knows the request; asked on the call's own thread, and only for a call that would be refused otherwise. May be
 * as slow as reading the request once.
 */
public interface Shortening {
    /** Of a call that says nothing as long as one likes, such as a tool's. */
    Shortening IMPOSSIBLE = new Shortening() {
        @Override
        public long cap() {
            return 0;
        }

        @Override
        public long least() {
            return 0;
        }

        @Override
        public String why() {
            return "";
        }

        @Override
        public @Nullable Estimate to(long cap) {
            return null;
        }
    };

    /** To how many tokens each answer is bounded in the estimate; 0 if no bound could be lowered. */
    long cap();

    /** The least bound with which the request is still one that its provider takes. */
    long least();

    /** Why it must be that much, as a sentence for the caller, in lower case; empty if there is nothing to say. */
    String why();

    /**
     * What the call can cost at most with this bound on each answer.
     *
     * @param cap at least {@link #least}, below {@link #cap()}
     * @return {@code null} if it cannot be made so
     */
    @Nullable
    Estimate to(long cap);
}
