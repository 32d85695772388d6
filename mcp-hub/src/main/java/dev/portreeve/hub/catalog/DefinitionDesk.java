package dev.portreeve.hub.catalog;

import dev.portreeve.hub.definition.CrossCheck;
import dev.portreeve.hub.definition.Decided;
import dev.portreeve.hub.definition.DefinitionDiff;
import dev.portreeve.hub.definition.DefinitionScan;
import dev.portreeve.hub.definition.Definitions;
import dev.portreeve.hub.definition.StoredDefinition;
import dev.portreeve.hub.definition.Suspicion;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where a person looks at what servers offer and decides about it. Thread-safe; deciding blocks on the store. */
public final class DefinitionDesk {
    private final Definitions definitions;
    private final Set<String> servers;
    private final Runnable onChange;

    /** @param onChange called after each decision */
    DefinitionDesk(Definitions definitions, Set<String> servers, Runnable onChange) {
        this.definitions = definitions;
        this.servers = servers;
        this.onChange = onChange;
    }

    /**
     * A definition that a server offers now.
     *
     * @param name what callers call the tool on {@code /mcp}
     * @param replaces what it would replace or has replaced; {@code null} for a tool's first definition
     */
    public record Offer(
            String name,
            StoredDefinition definition,
            @Nullable StoredDefinition replaces,
            List<Suspicion> suspicions) {
        /** What is different from what it replaces, or everything if it replaces nothing. */
        public List<DefinitionDiff.Line> diff() {
            return DefinitionDiff.of(replaces == null ? null : replaces.definition(), definition.definition());
        }
    }

    /** Everything the configured servers offer, by server and name. Looks through all of it: for people, not for calls. */
    public List<Offer> offers() {
        List<StoredDefinition> rows = servers.stream()
                .flatMap(server -> definitions.of(server).stream())
                .filter(StoredDefinition::offered)
                .sorted(Comparator.comparing(StoredDefinition::server).thenComparing(StoredDefinition::name))
                .toList();
        CrossCheck others = new CrossCheck(rows, servers);
        return rows.stream().map(row -> offer(row, others)).toList();
    }

    private Offer offer(StoredDefinition row, CrossCheck others) {
        List<Suspicion> suspicions =
                new ArrayList<>(DefinitionScan.of(row.definition()).suspicions());
        suspicions.addAll(others.of(row));
        return new Offer(
                ToolName.of(row.server(), row.name()),
                row,
                definitions.previous(row).orElse(null),
                List.copyOf(suspicions));
    }

    /** The offer of a tool, by the name callers use on {@code /mcp} or by {@code slug__} and its own name. */
    public Optional<Offer> find(String name) {
        return offers().stream()
                .filter(offer -> offer.name().equals(name)
                        || (offer.definition().server() + "__"
                                        + offer.definition().name())
                                .equals(name))
                .findFirst();
    }

    /**
     * Decides about exactly the definition that was looked at.
     *
     * @throws dev.portreeve.audit.EvidenceUnavailable if it cannot be recorded; then nothing has changed
     */
    public Decided decide(
            StoredDefinition seen, Definitions.Choice choice, String by, String via, @Nullable String reason) {
        Decided decided = definitions.decide(seen, choice, by, via, reason);
        onChange.run();
        return decided;
    }
}
