package dev.portreeve.hub.catalog;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The tools of one view at one moment, in the order of their names. Immutable. */
public final class CatalogSnapshot {
    static final CatalogSnapshot EMPTY = new CatalogSnapshot(List.of());
    private final Map<String, CatalogTool> byName = new LinkedHashMap<>();

    CatalogSnapshot(Collection<CatalogTool> tools) {
        // Of two with one name, which only names cut to length could have, the first server's counts.
        tools.stream()
                .sorted(Comparator.comparing(CatalogTool::name))
                .forEach(tool -> byName.putIfAbsent(tool.name(), tool));
    }

    /** What a view shows of these tools, which bear their servers' own names. */
    static CatalogSnapshot of(View view, Collection<CatalogTool> tools) {
        return new CatalogSnapshot(tools.stream()
                .flatMap(tool ->
                        view
                                .show(tool.owner().slug(), tool.name())
                                .map(shown -> tool.shown(shown).linked(view))
                                .stream())
                .toList());
    }

    public Collection<CatalogTool> tools() {
        return byName.values();
    }

    public Optional<CatalogTool> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }
}
