package dev.portreeve.hub.catalog;

import dev.portreeve.hub.definition.Definition;
import dev.portreeve.hub.definition.DefinitionKind;
import dev.portreeve.hub.definition.DefinitionPolicy;
import dev.portreeve.hub.definition.StoredDefinition;
import dev.portreeve.hub.definition.Verdict;
import dev.portreeve.policy.call.JsonPaths;
import dev.portreeve.policy.call.JsonTexts;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What may be used of one server's prompts, resources and templates, as the verdicts of one moment have it. Lists and calls
 * both ask here. Immutable.
 */
final class ServerPins {
    /** What a tool's definition links to as the page of its app. */
    static final JsonPaths APP_LINKS = JsonPaths.of("/_meta/ui/resourceUri", "/_meta/ui~1resourceUri");

    /** How many single resources of one server a person can be asked to look at. */
    static final int MAX_PINNED_RESOURCES = 1000;

    private static final int MAX_COVERS = 100;

    private final ServerEntry server;
    private final List<StoredDefinition> rows;
    private final Map<DefinitionKind, Map<String, Pin>> pins = new EnumMap<>(DefinitionKind.class);
    private final List<Cover> covers = new ArrayList<>();
    private final Set<String> linked = new HashSet<>();

    /** What is known under one name. */
    private static final class Pin {
        private @Nullable StoredDefinition inForce;
        private @Nullable StoredDefinition offered;
        private boolean rejected;

        private void add(StoredDefinition row) {
            inForce = row.verdict().inForce() ? row : inForce;
            offered = row.offered() ? row : offered;
            rejected |= row.verdict() == Verdict.REJECTED;
        }

        /** Whether a person has spoken about it, or a policy that lets it in. */
        private boolean isDecided() {
            return inForce != null || rejected;
        }

        private Standing standing() {
            StoredDefinition now = offered;
            StoredDefinition accepted = inForce;
            if (now == null) {
                return Standing.UNKNOWN;
            }
            if (accepted != null) {
                return accepted.hash().equals(now.hash()) ? Standing.open(now.hash()) : Standing.WITHHELD;
            }
            return now.verdict() == Verdict.QUARANTINED ? Standing.WAITING : Standing.UNKNOWN;
        }
    }

    /** An accepted template. */
    private record Cover(UriTemplate template, boolean withheld) {}

    /**
     * How one entry of a list is shown.
     *
     * @param body in the words that were accepted
     * @param wordless whether nobody has accepted any: then only what names it is shown
     */
    record Shown(Definition body, boolean wordless) {}

    ServerPins(ServerEntry server, List<StoredDefinition> rows) {
        this.server = server;
        this.rows = rows;
        for (StoredDefinition row : rows) {
            pins.computeIfAbsent(row.kind(), first -> new HashMap<>())
                    .computeIfAbsent(row.name(), first -> new Pin())
                    .add(row);
        }
        of(DefinitionKind.TEMPLATE).forEach((name, pin) -> {
            Standing.State state = pin.standing().state();
            boolean counts = state == Standing.State.OPEN || state == Standing.State.WITHHELD;
            if (counts && covers.size() < MAX_COVERS) {
                UriTemplate.of(name)
                        .ifPresent(template -> covers.add(new Cover(template, state == Standing.State.WITHHELD)));
            }
        });
        of(DefinitionKind.TOOL).values().forEach(pin -> {
            if (pin.offered != null && pin.standing().state() == Standing.State.OPEN) {
                JsonTexts.find(pin.offered.definition().body().toBytes(), APP_LINKS)
                        .texts()
                        .forEach(link -> linked.add(link.value()));
            }
        });
    }

    private Map<String, Pin> of(DefinitionKind kind) {
        return pins.getOrDefault(kind, Map.of());
    }

    /** Whether these are made of the same rows. */
    boolean isOf(List<StoredDefinition> others) {
        return rows.equals(others);
    }

    /** What became of something, by its server's own name for it. */
    Standing standing(DefinitionKind kind, String name) {
        Pin pin = of(kind).get(name);
        Standing listed = pin == null ? Standing.UNKNOWN : pin.standing();
        if (kind != DefinitionKind.RESOURCE || listed.state() == Standing.State.OPEN) {
            return listed;
        }
        return pin != null && pin.isDecided() ? decided(pin, listed) : unlisted(name, listed);
    }

    // A no holds whatever templates say, and what is known by its own definition is judged by that.
    private static Standing decided(Pin pin, Standing listed) {
        return pin.rejected && pin.inForce == null ? Standing.UNKNOWN : listed;
    }

    private Standing unlisted(String uri, Standing listed) {
        if (linked.contains(uri)) {
            return Standing.FREE;
        }
        boolean withheld = false;
        for (Cover cover : covers) {
            if (cover.template().covers(uri)) {
                if (!cover.withheld()) {
                    return Standing.FREE;
                }
                withheld = true;
            }
        }
        if (server.resources() == ResourceRule.ANY) {
            return Standing.FREE;
        }
        if (withheld) {
            return Standing.WITHHELD;
        }
        // What nobody listed has no words that somebody could look at first.
        boolean strict = server.definitions() == DefinitionPolicy.BLOCK;
        return strict || listed.state() == Standing.State.WAITING ? listed : Standing.FREE;
    }

    /** The names of those of a kind that wait for a person and are not used before. */
    List<String> waiting(DefinitionKind kind) {
        return of(kind).entrySet().stream()
                .filter(entry -> entry.getValue().standing().state() == Standing.State.WAITING)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Those of a complete list that wait for, or have, a verdict of their own. */
    List<Definition> pinned(DefinitionKind kind, List<Definition> listed) {
        if (kind != DefinitionKind.RESOURCE) {
            return listed;
        }
        return listed.stream()
                .filter(one -> isPinned(one.name()))
                .limit(MAX_PINNED_RESOURCES)
                .toList();
    }

    private boolean isPinned(String uri) {
        Pin pin = of(DefinitionKind.RESOURCE).get(uri);
        return (pin != null && pin.isDecided()) || !isLetIn(uri);
    }

    /** Whether a resource needs no verdict of its own. */
    private boolean isLetIn(String uri) {
        return server.resources() == ResourceRule.ANY
                || linked.contains(uri)
                || covers.stream().anyMatch(cover -> cover.template().covers(uri));
    }

    /** A complete list as it is shown: what is not in force is left out, what has changed is shown as it was. */
    List<Shown> shown(DefinitionKind kind, List<Definition> listed) {
        List<Shown> shown = new ArrayList<>();
        int pinned = 0;
        for (Definition one : listed) {
            boolean free = kind == DefinitionKind.RESOURCE && !isPinned(one.name());
            boolean beyond = kind == DefinitionKind.RESOURCE && !free && ++pinned > MAX_PINNED_RESOURCES;
            boolean trusted = server.definitions() == DefinitionPolicy.TRUST;
            if (free || (beyond && trusted)) {
                shown.add(new Shown(one, !trusted));
            } else if (!beyond) {
                inForce(kind, one).ifPresent(body -> shown.add(new Shown(body, false)));
            }
        }
        return shown;
    }

    private Optional<Definition> inForce(DefinitionKind kind, Definition listed) {
        Pin pin = of(kind).get(listed.name());
        StoredDefinition accepted = pin == null ? null : pin.inForce;
        if (accepted == null) {
            return Optional.empty();
        }
        // The same words may come with another size.
        return Optional.of(accepted.hash().equals(listed.hash()) ? listed : accepted.definition());
    }

    /** How many of a list are not shown to anybody, however many are accepted. */
    int leftOut(List<Definition> resources) {
        long pinned = resources.stream().filter(one -> isPinned(one.name())).count();
        boolean trusted = server.definitions() == DefinitionPolicy.TRUST;
        return trusted ? 0 : (int) Math.max(0, pinned - MAX_PINNED_RESOURCES);
    }

    /** What the server says of its own use, as it was accepted; empty if nothing was, or it says nothing any more. */
    Optional<Definition> instructions() {
        return Optional.ofNullable(of(DefinitionKind.INSTRUCTIONS).get(""))
                .filter(pin -> pin.offered != null)
                .map(pin -> pin.inForce)
                .map(StoredDefinition::definition);
    }
}
