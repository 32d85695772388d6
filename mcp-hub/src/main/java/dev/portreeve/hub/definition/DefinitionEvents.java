package dev.portreeve.hub.definition;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.Facts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The records of what happened to definitions: names, hashes and places, never what the definitions say. */
final class DefinitionEvents {
    private static final int MAX_NAMED = 100;
    /** A record has room for so much; addresses can be long. */
    private static final int MAX_NAMED_CHARS = 12_000;

    private static final int CHARS_BESIDE_NAME = 150;
    private static final int MAX_PLACES = 50;

    private DefinitionEvents() {}

    /** One record for each thing that a server's list brought about. */
    static List<AuditEvent> listed(Shelf.Change change, DefinitionPolicy policy) {
        List<AuditEvent> events = new ArrayList<>();
        add(events, EventKind.DEFINITION_ACCEPTED, policy, change, turned(change, true));
        add(events, EventKind.DEFINITION_QUARANTINED, policy, change, turned(change, false));
        add(events, EventKind.DEFINITION_WITHDRAWN, policy, change, withdrawn(change));
        return events;
    }

    /** Rows that are no longer offered, and nothing under their name either: a changed tool is not a withdrawn one. */
    private static List<StoredDefinition> withdrawn(Shelf.Change change) {
        Set<String> offered = change.put().stream()
                .filter(StoredDefinition::offered)
                .map(StoredDefinition::name)
                .collect(Collectors.toSet());
        return change.put().stream()
                .filter(row -> !row.offered() && !offered.contains(row.name()))
                .filter(row -> change.before(row).map(StoredDefinition::offered).orElse(false))
                .toList();
    }

    /** Rows that the list brought into force, or into quarantine. */
    private static List<StoredDefinition> turned(Shelf.Change change, boolean inForce) {
        return change.put().stream()
                .filter(StoredDefinition::offered)
                .filter(row -> inForce ? row.verdict().inForce() : row.verdict() == Verdict.QUARANTINED)
                .filter(row -> change.before(row)
                        .map(before -> before.verdict() != row.verdict())
                        .orElse(true))
                .toList();
    }

    private static void add(
            List<AuditEvent> events,
            EventKind kind,
            DefinitionPolicy policy,
            Shelf.Change change,
            List<StoredDefinition> rows) {
        if (rows.isEmpty()) {
            return;
        }
        int named = named(rows);
        Facts facts = new Facts()
                .put("server", rows.getFirst().server())
                .put("definition_kind", rows.getFirst().kind().code())
                .put("policy", policy.code())
                .putAll(
                        "definitions",
                        rows.stream()
                                .limit(named)
                                .map(row -> facts(change, row))
                                .toList());
        if (rows.size() > named) {
            facts.put("definitions_left_out", rows.size() - named);
        }
        events.add(new AuditEvent(AuditEvent.INSTANCE, kind, null, facts));
    }

    private static int named(List<StoredDefinition> rows) {
        int chars = 0;
        for (int i = 0; i < Math.min(rows.size(), MAX_NAMED); i++) {
            chars += rows.get(i).name().length() + CHARS_BESIDE_NAME;
            if (chars > MAX_NAMED_CHARS) {
                return Math.max(1, i);
            }
        }
        return Math.min(rows.size(), MAX_NAMED);
    }

    /** The record of a person's decision; none if nothing changed. */
    static List<AuditEvent> decided(Shelf.Change change, StoredDefinition seen, Definitions.Choice choice, String via) {
        Optional<StoredDefinition> row = change.put().stream()
                .filter(one -> one.definition().equals(seen.definition()))
                .findFirst();
        if (row.isEmpty()) {
            return List.of();
        }
        StoredDefinition now = row.get();
        Facts facts = new Facts()
                .put("server", now.server())
                .put("definition_kind", now.kind().code())
                .put("actor", String.valueOf(now.decidedBy()))
                .put("via", via)
                .putAll("definitions", List.of(facts(change, now)));
        if (now.reason() != null) {
            facts.put("reason", now.reason());
        }
        EventKind kind = switch (choice) {
            case ACCEPT -> EventKind.DEFINITION_ACCEPTED;
            case REJECT -> EventKind.DEFINITION_REJECTED;
        };
        return List.of(new AuditEvent(AuditEvent.INSTANCE, kind, null, facts));
    }

    private static Facts facts(Shelf.Change change, StoredDefinition row) {
        Facts facts = new Facts().put("name", row.name()).put("hash", row.hash());
        Optional<StoredDefinition> before = change.replaced(row);
        if (before.isPresent()) {
            facts.put("previous", before.get().hash());
            facts.putStrings(
                    "changed",
                    DefinitionDiff.of(before.get().definition(), row.definition()).stream()
                            .limit(MAX_PLACES)
                            .map(DefinitionDiff.Line::place)
                            .toList());
        }
        return facts;
    }
}
