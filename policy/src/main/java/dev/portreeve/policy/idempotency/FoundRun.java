package dev.portreeve.policy.idempotency;

import java.util.Arrays;
import java.util.UUID;

/**
 * What is known of a key.
 *
 * @param call that runs under it, or made the answer
 * @param body the keyed hash of its request's bytes
 */
public record FoundRun(UUID call, byte[] body, State state) {
    /** How it stands. */
    public enum State {
        /** A gateway says so since a short while. */
        RUNNING,
        /** It ran, and nobody knows how it ended: its gateway is gone. */
        DEAD,
        /** Its answer is durable. */
        ANSWERED,
        /** It was made and charged; its answer was too large to be kept. */
        UNKEPT
    }

    /** Whether it was the very same request. */
    public boolean isFor(byte[] otherBody) {
        return Arrays.equals(body, otherBody);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FoundRun that
                && that.call.equals(call)
                && that.state == state
                && Arrays.equals(that.body, body);
    }

    @Override
    public int hashCode() {
        return call.hashCode();
    }

    @Override
    public String toString() {
        return state + " " + call;
    }
}
