package dev.portreeve.hub.definition;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One server's definitions of one kind while something happens to them: what the server lists, or what a person decides. Knows no
 * database; the store writes what {@link #change()} says. For one thread.
 */
final class Shelf {
    /** However often a server changes its mind, no more than this is kept of what it no longer says. */
    static final int MAX_HISTORY = 2000;

    /** What a row is known by. */
    record Key(String name, String hash) {}

    private final String server;
    private final Map<Key, StoredDefinition> before = new LinkedHashMap<>();
    private final Map<Key, StoredDefinition> rows = new LinkedHashMap<>();

    Shelf(String server, List<StoredDefinition> known) {
        this.server = server;
        known.forEach(row -> before.put(key(row.definition()), row));
        rows.putAll(before);
    }

    /**
     * What is different afterwards.
     *
     * @param known what was there before
     * @param put rows to write, those that go out of force first
     * @param gone rows to delete
     */
    record Change(Map<Key, StoredDefinition> known, List<StoredDefinition> put, List<StoredDefinition> gone) {
        boolean isEmpty() {
            return put.isEmpty() && gone.isEmpty();
        }

        /** How a row was before; empty for a new one. */
        Optional<StoredDefinition> before(StoredDefinition row) {
            return Optional.ofNullable(known.get(key(row.definition())));
        }

        /** Another definition of the same name that was in force before. */
        Optional<StoredDefinition> replaced(StoredDefinition row) {
            return known.values().stream()
                    .filter(other ->
                            other.name().equals(row.name()) && !other.hash().equals(row.hash()))
                    .filter(other -> other.verdict().inForce())
                    .findFirst();
        }
    }

    /** The server gave a complete list. What it does not contain is no longer offered. */
    void list(List<Definition> listed, DefinitionPolicy policy, Instant now) {
        Set<Key> keys = listed.stream().map(Shelf::key).collect(Collectors.toSet());
        for (StoredDefinition row : List.copyOf(rows.values())) {
            if (row.offered() && !keys.contains(key(row.definition()))) {
                put(row.offered(false));
            }
        }
        listed.forEach(definition -> see(definition, policy, now));
        prune();
    }

    private void see(Definition definition, DefinitionPolicy policy, Instant now) {
        StoredDefinition known = rows.get(key(definition));
        StoredDefinition row = known == null
                ? new StoredDefinition(server, definition, Verdict.QUARANTINED, true, now, null, null, null)
                : known.offered(true);
        Verdict verdict = switch (row.verdict()) {
            case ACCEPTED, REJECTED -> row.verdict();
            // A policy that was tightened since takes back what only the looser one allowed.
            case UNREVIEWED, QUARANTINED, SUPERSEDED -> policy.verdict();
        };
        if (verdict == row.verdict()) {
            put(row);
        } else if (verdict.inForce()) {
            enforce(row.decided(verdict, now, "policy " + policy.code(), null));
        } else {
            put(row.decided(verdict, now, null, null));
        }
    }

    /** Brings a definition into force, in the place of whichever was. */
    private void enforce(StoredDefinition row) {
        for (StoredDefinition other : List.copyOf(rows.values())) {
            if (other.name().equals(row.name())
                    && other.verdict().inForce()
                    && !key(other.definition()).equals(key(row.definition()))) {
                put(other.superseded());
            }
        }
        put(row);
    }

    /** The row a person may decide about: one that the server offers now. */
    Optional<StoredDefinition> offered(String name, String hash) {
        return Optional.ofNullable(rows.get(new Key(name, hash))).filter(StoredDefinition::offered);
    }

    void accept(StoredDefinition row, Instant now, String by, @Nullable String reason) {
        enforce(row.decided(Verdict.ACCEPTED, now, by, reason));
    }

    void reject(StoredDefinition row, Instant now, String by, @Nullable String reason) {
        put(row.decided(Verdict.REJECTED, now, by, reason));
    }

    private void prune() {
        rows.values().removeIf(row -> !row.offered() && row.verdict() == Verdict.QUARANTINED);
        List<StoredDefinition> past = new ArrayList<>(
                rows.values().stream().filter(row -> !row.offered()).toList());
        past.sort(Comparator.comparing(StoredDefinition::seenAt).reversed());
        past.stream().skip(MAX_HISTORY).forEach(row -> rows.remove(key(row.definition())));
    }

    Change change() {
        List<StoredDefinition> put = rows.values().stream()
                .filter(row -> !row.equals(before.get(key(row.definition()))))
                .sorted(Comparator.comparing(row -> row.verdict().inForce()))
                .toList();
        List<StoredDefinition> gone = before.values().stream()
                .filter(row -> !rows.containsKey(key(row.definition())))
                .toList();
        return new Change(Map.copyOf(before), put, gone);
    }

    private void put(StoredDefinition row) {
        rows.put(key(row.definition()), row);
    }

    private static Key key(Definition definition) {
        return new Key(definition.name(), definition.hash());
    }
}
