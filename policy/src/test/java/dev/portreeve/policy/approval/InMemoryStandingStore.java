package dev.portreeve.policy.approval;

import dev.portreeve.audit.Transaction;
import dev.portreeve.policy.call.Resource;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Remembered yeses in memory, for tests: the same promises as on PostgreSQL, by the same contract suite. Thread-safe. */
final class InMemoryStandingStore implements StandingStore {
    private final InstantSource clock;
    private final Map<UUID, StandingApproval> all = new LinkedHashMap<>();

    InMemoryStandingStore(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public List<StandingApproval> inForce(String tenant, String keyId, Resource.Tool tool) {
        return some(one -> one.isInForce()
                && isAbout(one.grant(), tenant, tool)
                && one.grant().keyId().equals(keyId));
    }

    @Override
    public List<StandingApproval> ofMember(String tenant, String member, Resource.Tool tool, @Nullable UUID after) {
        return after != null
                ? List.of()
                : some(one -> one.isInForce()
                        && isAbout(one.grant(), tenant, tool)
                        && one.grant().member().equals(member));
    }

    private static boolean isAbout(StandingApproval.Grant grant, String tenant, Resource.Tool tool) {
        return grant.tenant().equals(tenant) && grant.tool().name().equals(tool.name());
    }

    @Override
    public Optional<StandingApproval> find(String tenant, UUID id) {
        return some(one -> one.grant().tenant().equals(tenant) && one.id().equals(id)).stream()
                .findFirst();
    }

    @Override
    public Optional<StandingApproval> ofTicket(String tenant, UUID ticket, Instant at) {
        return some(one -> one.grant().tenant().equals(tenant)
                        && one.grant().ticket().equals(ticket))
                .stream()
                .findFirst();
    }

    @Override
    public List<StandingApproval> list(String tenant, boolean over, int limit) {
        return some(one -> one.grant().tenant().equals(tenant) && (over || one.isInForce())).reversed().stream()
                .limit(limit)
                .toList();
    }

    @Override
    public List<StandingApproval> overdue(int limit) {
        return some(one -> one.expired() != null).stream().limit(limit).toList();
    }

    private synchronized List<StandingApproval> some(Predicate<StandingApproval> wanted) {
        return all.values().stream().map(this::now).filter(wanted).toList();
    }

    private StandingApproval now(StandingApproval one) {
        return new StandingApproval(
                one.grant(),
                one.givenAt(),
                one.expiresAt(),
                one.uses(),
                one.lastUsedAt(),
                one.state(),
                one.end(),
                clock.instant());
    }

    @Override
    public synchronized void apply(Transaction transaction, List<StandingChange> changes) {
        changes.forEach(this::write);
    }

    private void write(StandingChange change) {
        StandingApproval next = change.decide(find(change.tenant(), change.id()).orElse(null));
        if (next != null) {
            all.put(next.id(), next);
        }
    }

    /** What a vote brings, and ends. */
    synchronized void with(TicketChange.Decide vote) {
        StandingApproval.Grant grant = vote.grant();
        StandingApproval granted = grant == null ? null : insert(grant);
        List<StandingApproval> over = new ArrayList<>();
        for (UUID id : vote.ending()) {
            StandingChange.Revoke end = vote.end(id);
            write(end);
            @Nullable StandingApproval ended = end.changed();
            if (ended != null) {
                over.add(ended);
            }
        }
        vote.remembered(granted, over);
    }

    private StandingApproval insert(StandingApproval.Grant grant) {
        Instant now = clock.instant();
        StandingApproval granted = new StandingApproval(
                grant, now, now.plus(grant.lasting()), 0, null, StandingApproval.State.IN_FORCE, null, now);
        all.put(grant.id(), granted);
        return granted;
    }
}
