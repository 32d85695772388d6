package dev.portreeve.hub.catalog;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All tools at one moment, in the order of their names. Immutable. */
public final class CatalogSnapshot {
    static final CatalogSnapshot EMPTY = new CatalogSnapshot(List.of());
    private final Map<String, CatalogTool> byName = new LinkedHashMap<>();

    CatalogSnapshot(Collection<CatalogTool> tools) {
        tools.stream().sorted(Comparator.comparing(CatalogTool::name)).forEach(tool -> byName.put(tool.name(), tool));
    }

    public Collection<CatalogTool> tools() {
        return byName.values();
    }

    public Optional<CatalogTool> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }
}
