package dev.portreeve.hub.catalog;

import dev.portreeve.hub.definition.CrossCheck;
import dev.portreeve.hub.definition.Decided;
import dev.portreeve.hub.definition.DefinitionDiff;
import dev.portreeve.hub.definition.DefinitionKind;
import dev.portreeve.hub.definition.DefinitionScan;
import dev.portreeve.hub.definition.Definitions;
import dev.portreeve.hub.definition.StoredDefinition;
import dev.portreeve.hub.definition.Suspicion;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Where a person looks at what servers offer and decides about it. Thread-safe; deciding blocks on the store. */
public final class DefinitionDesk {
    private final Definitions definitions;
    private final Set<String> servers;
    private final Set<String> own;
    private final Runnable onChange;

    /**
     * @param own servers that are the gateway itself, about which nobody decides
     * @param onChange called after each decision
     */
    DefinitionDesk(Definitions definitions, Set<String> servers, Set<String> own, Runnable onChange) {
        this.definitions = definitions;
        this.servers = servers;
        this.own = Set.copyOf(own);
        this.onChange = onChange;
    }

    /**
     * A definition that a server offers now.
     *
     * @param name what callers call it on {@code /mcp}; the slug for a server's instructions
     * @param replaces what it would replace or has replaced; {@code null} for the first of its name
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

    /** Everything the configured servers offer, by server, kind and name. Looks through all of it: for people, not for calls. */
    public List<Offer> offers() {
        return offers(row -> !own.contains(row.server()), Integer.MAX_VALUE);
    }

    /** The first of those that wait for a person, in the same order. */
    public List<Offer> waiting(int atMost) {
        return offers(row -> row.verdict().waits(), atMost);
    }

    private List<Offer> offers(Predicate<StoredDefinition> which, int atMost) {
        List<StoredDefinition> rows = rows();
        CrossCheck others = new CrossCheck(rows, servers);
        return rows.stream()
                .filter(which)
                .limit(atMost)
                .map(row -> offer(row, others))
                .toList();
    }

    private List<StoredDefinition> rows() {
        return servers.stream()
                .flatMap(server -> definitions.of(server).stream())
                .filter(StoredDefinition::offered)
                .sorted(Comparator.comparing(StoredDefinition::server)
                        .thenComparing(StoredDefinition::kind)
                        .thenComparing(StoredDefinition::name))
                .toList();
    }

    private Offer offer(StoredDefinition row, CrossCheck others) {
        List<Suspicion> suspicions =
                new ArrayList<>(DefinitionScan.of(row.definition().body()).suspicions());
        suspicions.addAll(others.of(row));
        return new Offer(shownName(row), row, definitions.previous(row).orElse(null), List.copyOf(suspicions));
    }

    /** What callers call it on {@code /mcp}; the slug for a server's instructions. */
    public static String shownName(StoredDefinition row) {
        return switch (row.kind()) {
            case TOOL, PROMPT -> ToolName.of(row.server(), row.name());
            case RESOURCE, TEMPLATE -> ResourceUri.of(row.server(), row.name());
            case INSTRUCTIONS -> row.server();
        };
    }

    /** The offer of a tool, by the name callers use on {@code /mcp} or by {@code slug__} and its own name. */
    public Optional<Offer> find(String tool) {
        return offers(
                        row -> row.kind() == DefinitionKind.TOOL
                                && (shownName(row).equals(tool) || (row.server() + "__" + row.name()).equals(tool)),
                        1)
                .stream()
                .findFirst();
    }

    /** The offer of exactly this definition; empty if its server does not offer it now. */
    public Optional<Offer> find(String server, DefinitionKind kind, String hash) {
        return offers(
                        row -> row.server().equals(server)
                                && row.kind() == kind
                                && row.hash().equals(hash),
                        1)
                .stream()
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
