package dev.portreeve.policy.limit;

import dev.portreeve.policy.limit.LimitStore.Given;
import dev.portreeve.policy.limit.LimitStore.Party;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One share's turn at the store, while its limit is locked: what it gives up it gives up at once, what it gets it has once the
 * store has kept it. For one thread.
 */
final class ShareTurn {
    private final Party party;
    private final UUID replica;
    private final long stored;
    private final @Nullable Long waited;
    private final List<Division.Stake> others = new ArrayList<>();
    private long free;
    private long debt;
    private long amount;
    private Given given = Given.NOTHING;
    private long gained;
    private long gainedDebt;

    /**
     * @param stored what the store says the replica holds
     * @param waited since when it had too little, or {@code null}
     * @param free what nobody holds, with its {@code debt} as of now
     */
    ShareTurn(Party party, UUID replica, long stored, @Nullable Long waited, long free, long debt) {
        this.party = party;
        this.replica = replica;
        this.stored = stored;
        this.waited = waited;
        this.free = free;
        this.debt = debt;
    }

    /** The debt of what nobody holds, so long after it was written. */
    static long paidOff(long debt, long parts, long nanos) {
        if (nanos <= 0 || parts <= 0) {
            return debt;
        }
        return debt / parts < nanos ? 0 : debt - nanos * parts;
    }

    void add(Division.Stake other) {
        others.add(other);
    }

    void decide(boolean releases) {
        long held = Math.min(stored, party.held());
        // The store did not keep what was given up before: how far it was used up is not known any more.
        free += stored - held;
        debt += (stored - held) * party.debtPerPart();
        long target = releases ? 0 : target(held);
        given = party.give(Math.max(0, held - target));
        free += given.amount();
        debt += given.debt();
        if (target > held) {
            gained = Math.min(target - held, free);
            gainedDebt = gained == 0 ? 0 : Math.min(debt, Gcra.portion(debt, gained, free));
            free -= gained;
            debt -= gainedDebt;
        }
        amount = held - given.amount() + gained;
    }

    private long target(long held) {
        List<Division.Stake> stakes = new ArrayList<>(others);
        stakes.add(new Division.Stake(replica, held, party.needs(), party.demand(), waited));
        return Division.of(party.whole(), stakes, replica);
    }

    void committed() {
        if (gained > 0) {
            party.receive(gained, gainedDebt);
        }
    }

    /** Whether other replicas should look: something is free that they wait for, or this one begins to wait. */
    boolean isNews() {
        boolean theyWait = others.stream().anyMatch(other -> other.waitingSince() != null);
        return (waits() && waited == null) || (theyWait && given.amount() > 0);
    }

    boolean waits() {
        return amount < Math.min(party.whole(), party.needs());
    }

    Party party() {
        return party;
    }

    long amount() {
        return amount;
    }

    long free() {
        return free;
    }

    long debt() {
        return debt;
    }
}
