package dev.portreeve.policy.approval;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A change of one remembered yes on its way through the journal, and the place where the store leaves what came of it. Made by one thread,
 * decided on the journal's, read by the first after its receipt.
 */
public abstract sealed class StandingChange {
    private final String tenant;
    private final UUID id;
    private @Nullable StandingApproval found;
    private @Nullable StandingApproval changed;

    private StandingChange(String tenant, UUID id) {
        this.tenant = tenant;
        this.id = id;
    }

    public String tenant() {
        return tenant;
    }

    public UUID id() {
        return id;
    }

    /**
     * What to store.
     *
     * @param locked as it is now; {@code null} if there is none
     * @return {@code null} to leave it
     */
    public final @Nullable StandingApproval decide(@Nullable StandingApproval locked) {
        found = locked;
        changed = locked == null ? null : next(locked);
        return changed;
    }

    /** As it was before; {@code null} if there is none. */
    public @Nullable StandingApproval found() {
        return found;
    }

    /** As it is after the change; {@code null} if it stayed what it was. */
    public @Nullable StandingApproval changed() {
        return changed;
    }

    abstract @Nullable StandingApproval next(StandingApproval locked);

    /** A call runs under it. */
    public static final class Use extends StandingChange {
        Use(StandingApproval standing) {
            super(standing.grant().tenant(), standing.id());
        }

        @Override
        @Nullable
        StandingApproval next(StandingApproval locked) {
            return locked.used();
        }
    }

    /** Somebody ends it before its time. */
    public static final class Revoke extends StandingChange {
        private final String by;
        private final @Nullable String reason;

        Revoke(String tenant, UUID id, String by, @Nullable String reason) {
            super(tenant, id);
            this.by = by;
            this.reason = reason;
        }

        @Override
        @Nullable
        StandingApproval next(StandingApproval locked) {
            return locked.revoked(by, reason);
        }
    }

    /** Its time is over. */
    public static final class Expire extends StandingChange {
        Expire(StandingApproval standing) {
            super(standing.grant().tenant(), standing.id());
        }

        @Override
        @Nullable
        StandingApproval next(StandingApproval locked) {
            return locked.expired();
        }
    }
}
