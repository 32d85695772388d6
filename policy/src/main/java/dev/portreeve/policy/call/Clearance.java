package dev.portreeve.policy.call;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the recipe let through, for the upstream that runs it.
 *
 * @param content the call's content as guardrails left it
 * @param approval the ticket whose yes lets the call run; {@code null} if nobody had to be asked
 * @param aside for whatever passes between caller and upstream before the answer
 */
public record Clearance(Content content, @Nullable UUID approval, Aside aside) {
    /** Of a call that nobody had to approve and during which nothing passes but its answer. */
    public static Clearance of(Content content) {
        return new Clearance(content, null, Aside.UNSCREENED);
    }
}
