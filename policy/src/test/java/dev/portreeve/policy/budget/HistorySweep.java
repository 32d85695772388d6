package dev.portreeve.policy.budget;

import dev.portreeve.policy.budget.HistoryCall.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** Charges what dead replicas left, as the sweepers of living ones do after a while, and what must come of it. */
final class HistorySweep {
    private static final String LEASES =
            "SELECT tenant, budget_id, starts_at, replica, nanos FROM policy.lease WHERE nanos > 0";
    private static final String OPEN = """
            SELECT h.call_id FROM policy.hold h
            WHERE NOT EXISTS (SELECT FROM policy.posting p WHERE p.tenant = h.tenant AND p.call_id = h.call_id)""";

    private final HistoryWorld world;
    private final PostgresPurse observer;
    private final Instant now;

    private HistorySweep(HistoryWorld world) {
        this.world = world;
        this.observer = world.observer;
        this.now = observer.clock().instant();
    }

    private record Lease(UUID replica, WindowKey window) {}

    /** All that replicas left which died since the last time. */
    static void dead(HistoryWorld world) {
        if (!world.dead.isEmpty()) {
            new HistorySweep(world).run();
        }
    }

    private void run() {
        Set<UUID> replicas = world.dead.stream().map(HistoryReplica::id).collect(Collectors.toSet());
        Map<Lease, Long> left = leases(replicas);
        Map<Lease, Long> unwritten = new HashMap<>();
        List<UUID> written = new ArrayList<>();
        Set<UUID> open = new HashSet<>(observer.query(OPEN, row -> row.getObject(1, UUID.class)));
        for (HistoryCall call : world.book.calls(State.CRASHED)) {
            if (replicas.contains(call.replica.id())) {
                part(call, open, written, unwritten);
            }
        }
        unwritten.forEach((lease, held) -> {
            if (held > left.getOrDefault(lease, 0L)) {
                throw new AssertionError("dead replica " + lease + " had calls run on " + held + ", and its lease was "
                        + left.getOrDefault(lease, 0L));
            }
        });
        observer.execute("UPDATE policy.lease SET touched_at = now() - interval '2 minutes' WHERE replica IN ("
                + quoted(replicas) + ")");
        PostgresPurse by = sweeper(world);
        int ignored = new LeaseSweeper(by.database.app().dataSource(), by.audit(), by.ledger, world::id).forfeitDead();
        left.forEach((lease, amount) -> world.book.add(new HistoryBook.Forfeited(lease.window(), amount, now)));
        expire(world, written);
        world.dead.clear();
    }

    private Map<Lease, Long> leases(Set<UUID> replicas) {
        Map<Lease, Long> left = new HashMap<>();
        observer.query(LEASES, row -> {
            UUID replica = row.getObject(4, UUID.class);
            if (replicas.contains(replica)) {
                left.put(new Lease(replica, PostgresWindowRows.window(row)), row.getLong(5));
            }
            return replica;
        });
        return left;
    }

    /** What of the call's holds is on disk is charged by itself; the rest is part of what the lease is charged. */
    private void part(HistoryCall call, Set<UUID> open, List<UUID> written, Map<Lease, Long> unwritten) {
        List<Load> durable = new ArrayList<>();
        for (int hold = 0; hold < call.holds.size(); hold++) {
            UUID id = Hold.ids(call.id()).get(hold);
            Load load = call.holds.get(hold);
            if (open.contains(id)) {
                durable.add(load);
                written.add(id);
                continue;
            }
            for (Level level : call.levels) {
                long amount = level.unit().of(load);
                unwritten.merge(new Lease(call.replica.id(), level.key()), amount, Long::sum);
            }
        }
        if (durable.isEmpty()) {
            call.ended(State.FORFEITED, call.billed(), now);
        } else {
            call.holds.clear();
            call.holds.addAll(durable);
            call.ended(State.ASSUMED, call.billed(), now);
        }
    }

    /** Lets the time of these holds be over. */
    static void expire(HistoryWorld world, List<UUID> holds) {
        if (!holds.isEmpty()) {
            world.observer.execute("UPDATE policy.hold SET expires_at = now() - interval '1 second' WHERE call_id IN ("
                    + quoted(holds) + ")");
            PostgresPurse by = sweeper(world);
            int ignored = new ReservationSweeper(by.database.app().dataSource(), by.audit(), by.ledger).runOnce();
        }
    }

    /** Whichever replica lives; else who looks on. */
    private static PostgresPurse sweeper(HistoryWorld world) {
        return world.replicas().stream()
                .filter(HistoryReplica::lives)
                .map(replica -> replica.purse)
                .findFirst()
                .orElse(world.observer);
    }

    private static String quoted(Iterable<UUID> ids) {
        List<String> texts = new ArrayList<>();
        ids.forEach(id -> texts.add("'" + id + "'"));
        return String.join(", ", texts);
    }
}
