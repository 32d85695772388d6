package dev.portreeve.policy.call;

import org.jspecify.annotations.Nullable;

/**
 * What the recipe let through, for the upstream that runs it.
 *
 * @param content the call's content as guardrails left it
 * @param approval the yes that lets the call run, with the arguments that may; {@code null} if nobody had to be asked
 * @param aside for whatever passes between caller and upstream before the answer
 * @param attempts for upstreams that try several times
 * @param allowance what rate limits still allow, for the caller to see; {@code null} if none counts
 */
public record Clearance(
        Content content,
        @Nullable Approval approval,
        Aside aside,
        Attempts attempts,
        @Nullable Allowance allowance) {
    /** Of a call that is made once. */
    public Clearance(Content content, @Nullable Approval approval, Aside aside, @Nullable Allowance allowance) {
        this(content, approval, aside, Attempts.UNPAID, allowance);
    }

    /** The same, with somebody who pays for more attempts than one. */
    public Clearance with(Attempts paid) {
        return new Clearance(content, approval, aside, paid, allowance);
    }

    /** Of a call that nobody had to approve and during which nothing passes but its answer. */
    public static Clearance of(Content content) {
        return new Clearance(content, null, Aside.UNSCREENED, null);
    }
}
