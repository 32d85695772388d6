package dev.portreeve.policy.budget;

import dev.portreeve.policy.call.IdempotentRun;
import dev.portreeve.policy.call.NanoUsd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The wish to hold an amount on every level, all or nothing. Written by the journal's thread, read by the call's thread
 * once the receipt is there.
 */
final class Hold implements CallPosting {
    /** One for each attempt after the first. */
    static final int MAX_RAISES = 4;
    /** Ids of calls are time-ordered UUIDs; 9 to 12 are versions that nobody uses. */
    private static final int CALL_VERSION = 7;

    private static final int VERSION_SHIFT = 12;
    private static final long VERSION = 0xFL << VERSION_SHIFT;

    private final String tenant;
    private final UUID callId;
    private final Load load;
    private final Amounts amounts;
    private final List<Level> levels;
    private final List<WindowKey> windows;
    private final Duration lifetime;
    private final @Nullable IdempotentRun run;
    private @Nullable UUID ticket;
    private boolean later;
    private @Nullable Earlier earlier;
    private volatile boolean drawn;
    private volatile boolean ending;
    private boolean offered;
    private volatile @Nullable Decision decision;

    /**
     * @param lifetime how long nobody but the call itself may resolve it, from its commit on
     * @param run the key under which the call is made once, which is claimed with it
     */
    Hold(String tenant, UUID callId, Load load, List<Level> levels, Duration lifetime, @Nullable IdempotentRun run) {
        this.tenant = tenant;
        this.callId = callId;
        this.load = load;
        this.amounts = Amounts.of(load, levels);
        this.levels = levels;
        this.windows = windows(levels);
        this.lifetime = lifetime;
        this.run = run;
    }

    private static List<WindowKey> windows(List<Level> levels) {
        WindowKey[] keys = new WindowKey[levels.size()];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = levels.get(i).key();
        }
        return List.of(keys);
    }

    /**
     * The dead run whose place this call takes, or the call that ended with the ticket under which this one comes again.
     *
     * @param parked whether it is the latter, which has ended and left its hold
     * @param holds what it held, in its raises too; none if it held nothing
     * @param found how those stood when they were taken over, for the record; known once this hold is admitted
     */
    record Earlier(UUID callId, boolean parked, List<Held> holds, List<HoldState> found) {
        /** One of its holds, by the id it stands under. */
        record Held(UUID id, List<WindowKey> windows) {}

        Earlier {
            holds = List.copyOf(holds);
            found = List.copyOf(found);
        }

        /** A run that died. */
        Earlier(UUID callId, List<Held> holds, List<HoldState> found) {
            this(callId, false, holds, found);
        }

        List<WindowKey> windows() {
            return holds.stream()
                    .flatMap(held -> held.windows().stream())
                    .distinct()
                    .toList();
        }
    }

    /**
     * One more hold for the same call, on the same levels. It is a hold like any other, under an id of its own that tells which
     * call's it is.
     *
     * @param ordinal 1 to {@value #MAX_RAISES}
     * @param run the key that the call has claimed and must still have
     */
    static Hold raise(
            String tenant,
            UUID callId,
            int ordinal,
            Load load,
            List<Level> levels,
            Duration lifetime,
            @Nullable IdempotentRun run) {
        if (ordinal < 1 || ordinal > MAX_RAISES) {
            throw new IllegalArgumentException("a hold is raised at most " + MAX_RAISES + " times");
        }
        return new Hold(tenant, raise(callId, ordinal), load, levels, lifetime, run);
    }

    private static UUID raise(UUID callId, int ordinal) {
        long version = (CALL_VERSION + 1L + ordinal) << VERSION_SHIFT;
        return new UUID((callId.getMostSignificantBits() & ~VERSION) | version, callId.getLeastSignificantBits());
    }

    /** The ids under which a call can hold: its own, and those of its raises. */
    static List<UUID> ids(UUID callId) {
        List<UUID> ids = new ArrayList<>(List.of(callId));
        for (int ordinal = 1; ordinal <= MAX_RAISES; ordinal++) {
            ids.add(raise(callId, ordinal));
        }
        return List.copyOf(ids);
    }

    /** The call for which this id raises a hold, or {@code null} if it is a call's own. */
    static @Nullable UUID raised(UUID id) {
        int ordinal = id.version() - CALL_VERSION - 1;
        return ordinal < 1 || ordinal > MAX_RAISES
                ? null
                : new UUID(
                        (id.getMostSignificantBits() & ~VERSION) | ((long) CALL_VERSION << VERSION_SHIFT),
                        id.getLeastSignificantBits());
    }

    /** What the book said. */
    sealed interface Decision {
        /** @param after the balance of each level, this hold included */
        record Admitted(List<Balance> after) implements Decision {}

        /**
         * @param before the balance of the first level that has not enough left; {@code null} if that is a session's own
         *     count and there are too many of these to begin another
         * @param setAside whether it would have enough if no other replica had leased of it
         * @param free what of it could be held at once
         */
        record Exhausted(Level level, @Nullable Balance before, boolean setAside, long free) implements Decision {}

        /** Its idempotency key is another call's. */
        record KeyInUse() implements Decision {}
    }

    @Override
    public String tenant() {
        return tenant;
    }

    @Override
    public UUID callId() {
        return callId;
    }

    @Override
    public List<WindowKey> windows() {
        return windows;
    }

    @Nullable
    IdempotentRun run() {
        return run;
    }

    /** Takes over what was kept for this ticket, if anything was. */
    Hold under(@Nullable UUID asked) {
        ticket = asked;
        return this;
    }

    /** Is for a call that ends in a later round, wherever that is. */
    Hold untilLater(boolean endsLater) {
        later = endsLater;
        return this;
    }

    /** Whether whoever ends its call looks for it in the database. */
    boolean isLater() {
        return later;
    }

    /** The ticket of the approval that was asked for when the same call was made before, or {@code null}. */
    @Nullable
    UUID ticket() {
        return ticket;
    }

    /** Whether it is one more hold of a call that runs already. */
    boolean isRaise() {
        return raised(callId) != null;
    }

    /** Whose place the call takes. */
    @Nullable
    Earlier earlier() {
        return earlier;
    }

    void earlier(@Nullable Earlier dead) {
        earlier = dead;
    }

    /** All that is held, in everything budgets count. */
    Load load() {
        return load;
    }

    /** In dollars. */
    NanoUsd amount() {
        return load.money();
    }

    /** What is held on each level, in what its budget counts. */
    Amounts amounts() {
        return amounts;
    }

    List<Level> levels() {
        return levels;
    }

    Duration lifetime() {
        return lifetime;
    }

    /**
     * Says that memory holds it already, on a lease.
     *
     * @param after the balance of each level as far as this replica knows, this hold included
     */
    void draw(List<Balance> after) {
        drawn = true;
        decision = new Decision.Admitted(after);
    }

    /** What the book or the lease said, of a hold that was not refused. */
    Decision.Admitted admitted() {
        return switch (decision()) {
            case Decision.Admitted admitted -> admitted;
            case Decision.Exhausted ignored -> throw holdsNothing();
            case Decision.KeyInUse ignored -> throw holdsNothing();
        };
    }

    private IllegalStateException holdsNothing() {
        return new IllegalStateException("call " + callId + " holds nothing");
    }

    /** Its end is on its way to the book, and brings it along. */
    void ending() {
        ending = true;
    }

    boolean isEnding() {
        return ending;
    }

    /** Whether its call runs already, on money that was leased. */
    boolean drawn() {
        return drawn;
    }

    /**
     * Gives it to a book to write, alone or with its call's end. For the journal's writer.
     *
     * @return whether that was done before, so that it may be on disk
     */
    boolean offer() {
        boolean before = offered;
        offered = true;
        return before;
    }

    void decide(Decision made) {
        decision = made;
    }

    Decision decision() {
        Decision made = decision;
        if (made == null) {
            throw new IllegalStateException("hold of call " + callId + " is not decided");
        }
        return made;
    }

    /** Resolves this hold with so much spent; nothing releases it. */
    Settlement settlement(Load spent) {
        ending();
        return Settlement.of(this, spent);
    }
}
