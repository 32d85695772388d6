package dev.portreeve.policy.brake;

import dev.portreeve.policy.brake.Brakes.Owner;

/**
 * What one gateway saw of one member: when it made some call, or what it spent in which pieces of time. All times are nanoseconds since
 * 1970 by the database's clock, which all gateways share.
 *
 * @param call which call; {@link #SPENT} for what was spent
 * @param times when such calls ran; or when the pieces begin
 * @param nanos what was spent in each piece; empty for calls
 * @param since nothing up to then counts any more, on any gateway: the member was paused
 */
record Counted(Owner member, String call, long[] times, long[] nanos, long since) {
    /** No call is named so. */
    static final String SPENT = "";

    /** What other gateways saw of one member. */
    interface Elsewhere {
        /** Where there are no others. */
        Elsewhere NOTHING = new Elsewhere() {
            @Override
            public int times(String call, long after) {
                return 0;
            }

            @Override
            public long spent(long after) {
                return 0;
            }

            @Override
            public long since() {
                return Long.MIN_VALUE;
            }
        };

        /** How many times such a call ran later than that. */
        int times(String call, long after);

        /** What was spent in pieces of time that began later than that. */
        long spent(long after);

        /** Up to when nothing counts any more. */
        long since();
    }
}
