package dev.portreeve.gateway.batch;

import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.model.BatchPlace.End;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Batches and their items, durable. Thread-safe; each method blocks for one transaction of the database at most and throws {@link Unavailable}
 * where that fails: what it was to do may be done all the same then. Ways that are not named here do not exist: a change of state from another state
 * than the one it begins at changes nothing and says so.
 */
public interface Batches {
    /** The database does not answer. */
    final class Unavailable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public Unavailable(Throwable cause) {
            super("it cannot be looked up how batches stand", cause);
        }
    }

    /** A page of a member's batches. */
    record Page(List<Batch> batches, boolean more) {
        public Page {
            batches = List.copyOf(batches);
        }
    }

    /**
     * Notes a batch and its items, none of which is held yet.
     *
     * @param batch {@link Batch.State#PREPARING}
     * @param owner the gateway that makes it
     * @param mostOpen of one tenant
     * @return false if the tenant has so many open already, and nothing was noted
     */
    boolean begin(Batch batch, List<HeldItem> items, UUID owner, Duration lease, int mostOpen);

    /** {@code PREPARING} becomes {@code SENDING}. */
    boolean sending(Batch batch);

    /** {@code SENDING} becomes {@code RUNNING}. */
    boolean running(Batch batch, String providerBatch, Duration lookIn);

    /** Forgets one that was not sent; {@code PREPARING} or {@code SENDING} before. */
    boolean refused(Batch batch);

    /** The batch, if it is this member's. One that was not taken yet is not there. */
    Optional<Batch> find(String tenant, String member, UUID id);

    /**
     * A member's batches of one dialect, the newest first.
     *
     * @param after only older ones than this
     * @param before only newer ones than this, those next to it; not together with {@code after}
     */
    Page list(String tenant, String member, Dialect dialect, @Nullable UUID after, @Nullable UUID before, int limit);

    /** The model of its first item, by the name the caller used. */
    String model(Batch batch);

    /** Notes that it is to be cancelled, once; {@code RUNNING} only. The next look is due at once. */
    boolean askCancel(Batch batch);

    /** The provider has heard it. */
    void cancelHeard(Batch batch);

    /** Takes over those that are due and that nobody looks after. */
    List<Batch> claim(UUID owner, Duration lease, int most);

    /** Says that this gateway still looks after it; false if another one does by now. */
    boolean renew(Batch batch, UUID owner, Duration lease);

    /** Leaves it to whoever comes first when that time is over. */
    void later(Batch batch, UUID owner, Duration lookIn);

    /** The item, settled or not. */
    Optional<HeldItem> item(Batch batch, String customId);

    /** Those that are not settled, in order. */
    List<HeldItem> open(Batch batch, int afterOrdinal, int limit);

    /** Notes ends that are settled and recorded. What has one keeps it. */
    void end(Batch batch, List<EndedItem> ended);

    /** {@code RUNNING} becomes {@code SETTLED}, if every item has its end. */
    boolean settled(Batch batch);

    /** {@code SENDING} or {@code RUNNING} becomes {@code LOST}; items without an end get this one. */
    boolean lost(Batch batch, byte[] error);

    /** How many items ended how; those that have no end are not counted. */
    Map<End, Integer> counts(Batch batch);

    /** The items that ended, in order. */
    List<EndedItem> ended(Batch batch, int afterOrdinal, int limit);

    /** Forgets one that is over, with all results. */
    boolean forget(Batch batch);

    /** Forgets what a member's batches said; gives how many results. What is not over yet is settled all the same. */
    int forget(String tenant, String member);
}
