package dev.portreeve.policy.approval;

import dev.portreeve.audit.PostingBook;
import dev.portreeve.audit.Transaction;
import dev.portreeve.policy.call.Resource;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The remembered yeses. They come with votes about tickets; reads see what is committed; changes go through the journal. Thread-safe; reads block
 * on the database.
 */
public interface StandingStore extends PostingBook<StandingChange> {
    /** Where nothing is remembered. */
    StandingStore NONE = new Nothing();

    /** Of one key about one tool that may be used now, oldest first, a bounded number. */
    List<StandingApproval> inForce(String tenant, String keyId, Resource.Tool tool);

    /**
     * Of one member about one tool, whatever its definition and key, that may be used now: a bounded number, in the order of their ids.
     *
     * @param after only those with larger ids; {@code null} to begin with the first
     * @return empty if there are no more
     */
    List<StandingApproval> ofMember(String tenant, String member, Resource.Tool tool, @Nullable UUID after);

    Optional<StandingApproval> find(String tenant, UUID id);

    /** The one that was given with a ticket's yes, at that time. */
    Optional<StandingApproval> ofTicket(String tenant, UUID ticket, Instant at);

    /**
     * Those of a tenant, newest first.
     *
     * @param over also those that may not be used any more
     * @param limit at least 1
     */
    List<StandingApproval> list(String tenant, boolean over, int limit);

    /** Of all tenants whose time is over although that was not said yet, oldest first. */
    List<StandingApproval> overdue(int limit);

    /** Remembers nothing. */
    final class Nothing implements StandingStore {
        private Nothing() {}

        @Override
        public List<StandingApproval> inForce(String tenant, String keyId, Resource.Tool tool) {
            return List.of();
        }

        @Override
        public List<StandingApproval> ofMember(String tenant, String member, Resource.Tool tool, @Nullable UUID after) {
            return List.of();
        }

        @Override
        public Optional<StandingApproval> find(String tenant, UUID id) {
            return Optional.empty();
        }

        @Override
        public Optional<StandingApproval> ofTicket(String tenant, UUID ticket, Instant at) {
            return Optional.empty();
        }

        @Override
        public List<StandingApproval> list(String tenant, boolean over, int limit) {
            return List.of();
        }

        @Override
        public List<StandingApproval> overdue(int limit) {
            return List.of();
        }

        @Override
        public void apply(Transaction transaction, List<StandingChange> changes) {
            changes.forEach(change -> change.decide(null));
        }
    }
}
