package dev.portreeve.policy.budget;

import org.jspecify.annotations.Nullable;

/**
 * A hold that exists, and its posting if it is resolved.
 *
 * @param amounts what is really held: nothing, for a hold whose lease was gone and whose budget had nothing left
 * @param parked whether its call ended and left it for a ticket
 * @param late what was billed above it when all of it was charged already; {@code null} if nothing was, or may be
 */
record HoldState(
        Amounts amounts,
        Settlement.@Nullable Posted posted,
        boolean parked,
        @Nullable Amounts late) {
    HoldState(Amounts amounts, Settlement.@Nullable Posted posted) {
        this(amounts, posted, false, null);
    }

    HoldState resolved(Settlement.Posted by) {
        return new HoldState(amounts, by, parked, late);
    }

    /** Whether nobody knew what was used, and all of it was charged. */
    boolean isAssumed() {
        return posted != null && posted.kind() == Settlement.Kind.ASSUMED;
    }
}
