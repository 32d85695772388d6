package dev.portreeve.hub.catalog;

import dev.portreeve.hub.definition.DefinitionKind;
import dev.portreeve.hub.definition.StoredDefinition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a look at a server's definitions found.
 *
 * @param problem why the server could not be looked at, in plain words; {@code null} if it could
 * @param found what it has now is different in, by kind and name
 * @param waiting how many of its definitions wait for a person now
 */
public record Refreshed(
        String server, ServerStatus.State state, @Nullable String problem, List<Difference> found, int waiting) {
    public Refreshed {
        found = List.copyOf(found);
    }

    /** What became of a definition since the look before. */
    public enum Change {
        NEW,
        CHANGED,
        GONE
    }

    /**
     * One definition that is not what it was.
     *
     * @param now as the server offers it; what it was for one that is gone
     */
    public record Difference(Change change, StoredDefinition now) {}

    private record Key(DefinitionKind kind, String name) {}

    static List<Difference> differences(List<StoredDefinition> before, List<StoredDefinition> after) {
        Map<Key, StoredDefinition> then = offered(before);
        Map<Key, StoredDefinition> now = offered(after);
        List<Difference> found = new ArrayList<>();
        now.forEach((key, row) -> {
            StoredDefinition was = then.get(key);
            if (was == null) {
                found.add(new Difference(Change.NEW, row));
            } else if (!was.hash().equals(row.hash())) {
                found.add(new Difference(Change.CHANGED, row));
            }
        });
        then.forEach((key, row) -> {
            if (!now.containsKey(key)) {
                found.add(new Difference(Change.GONE, row));
            }
        });
        found.sort(Comparator.comparing(Difference::change)
                .thenComparing(one -> one.now().kind())
                .thenComparing(one -> one.now().name()));
        return found;
    }

    private static Map<Key, StoredDefinition> offered(List<StoredDefinition> rows) {
        Map<Key, StoredDefinition> offered = new HashMap<>();
        rows.stream()
                .filter(StoredDefinition::offered)
                .forEach(row -> offered.put(new Key(row.kind(), row.name()), row));
        return offered;
    }
}
