package dev.portreeve.policy.limit;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Where the replicas divide the limits. What is free of a limit and what each replica holds of it add up to the whole at every
 * moment. Blocks; every method is one transaction, by the store's own time. Used by one thread at a time for each replica.
 */
interface LimitStore {
    /** After so long without a word a replica counts as dead, and what it held is free again, as used up as it can be. */
    Duration DEAD_AFTER = Duration.ofSeconds(10);

    /**
     * What a replica hears when it says that it lives.
     *
     * @param known false if it counted as dead, so that it holds nothing any more; also at its first word
     * @param asked the limits it holds something of, and others have too little of
     */
    record Beat(boolean known, Set<LimitKey> asked) {}

    /** What a replica gave up: so much, with the debt that was made on it. */
    record Given(long amount, long debt) {
        static final Given NOTHING = new Given(0, 0);
    }

    /** A replica's share of one limit, as the store sees it. */
    interface Party {
        LimitKey key();

        /** What all shares together are. */
        long whole();

        /** How much debt each part of it can have at most. */
        long debtPerPart();

        long held();

        /** What {@link Division.Stake} says of it. */
        long needs();

        long demand();

        /** Gives up to so much away, from now on, and the rest as it becomes free; at every turn, before the transaction commits. */
        Given give(long amount);

        /** Has so much more; called once the transaction has committed. */
        void receive(long amount, long debt);
    }

    /** Says that a replica lives, and frees what dead ones held. */
    Beat beat(UUID replica);

    /** Brings each share to what it should be now, as far as that is free. */
    void renew(UUID replica, List<? extends Party> parties);

    /** Gives all of these up. */
    void release(UUID replica, List<? extends Party> parties);

    /** The replica ends; what it has not released is freed as a dead one's. */
    void leave(UUID replica);

    /** Forgets limits that nobody uses any more. */
    void sweep();
}
