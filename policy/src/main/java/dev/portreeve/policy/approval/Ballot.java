package dev.portreeve.policy.approval;

import dev.portreeve.policy.call.Arguments;
import org.jspecify.annotations.Nullable;

/**
 * A vote with what an approver wants beside it.
 *
 * @param shown the digest of the arguments that the approver saw; {@code null} if nobody says, which is enough as long as nobody changed them
 * @param edit the arguments that are to run instead of those that were asked for; {@code null} for none
 * @param wish that the yes is to be remembered; {@code null} for this call only
 */
public record Ballot(
        Vote vote,
        @Nullable String shown,
        @Nullable Arguments edit,
        @Nullable Wish wish) {
    /** Yes or no, and no more. */
    public static Ballot of(Vote vote) {
        return new Ballot(vote, null, null, null);
    }
}
