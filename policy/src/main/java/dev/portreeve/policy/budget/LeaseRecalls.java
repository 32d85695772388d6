package dev.portreeve.policy.budget;

import dev.portreeve.policy.signal.PostgresNotifications;

/**
 * Hears from other replicas whose calls were short of what this one set aside, and gives it back at once. Whoever was not heard loses
 * little: what lies idle goes back after a second, and a window that is recalled is not leased anew.
 */
public final class LeaseRecalls implements PostgresNotifications.Listener {
    /** What {@link PostgresHolds} says when a call was short. */
    public static final String CHANNEL = "lease_recalled";

    private final LeaseSweeper sweeper;

    public LeaseRecalls(LeaseSweeper sweeper) {
        this.sweeper = sweeper;
    }

    @Override
    public void notified(String payload) {
        sweeper.giveBack(WindowKey.said(payload));
    }

    @Override
    public void connected() {
        // What was said before is made good by what lies idle going back.
    }
}
