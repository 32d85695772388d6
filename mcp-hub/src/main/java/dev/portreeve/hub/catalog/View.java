package dev.portreeve.hub.catalog;

import dev.portreeve.policy.access.Glob;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one URL of the gateway shows. Immutable; two of the same URL are equal for as long as the gateway runs.
 *
 * <p>A view narrows and names, it never grants: what a caller may use in it is decided as everywhere.
 */
public sealed interface View {
    /** What is behind {@code /mcp/}; empty for {@code /mcp} itself. */
    String segment();

    /** Whether anything of this server can be in the view. */
    boolean shows(String slug);

    /** How a tool of a server looks in the view; empty if it is not in it. */
    Optional<Shown> show(String slug, String tool);

    /**
     * How one tool looks in one view.
     *
     * @param name what callers call it
     * @param wording what the operator says in place of the server
     */
    record Shown(String name, Wording wording) {}

    /** {@code /mcp}: everything, as {@code slug__tool}. */
    record Everything() implements View {
        @Override
        public String segment() {
            return "";
        }

        @Override
        public boolean shows(String slug) {
            return true;
        }

        @Override
        public Optional<Shown> show(String slug, String tool) {
            return Optional.of(new Shown(ToolName.of(slug, tool), Wording.OF_THE_SERVER));
        }
    }

    /** {@code /mcp/<slug>}: one server under its own names, with nothing added. */
    record OneServer(String slug) implements View {
        @Override
        public String segment() {
            return slug;
        }

        @Override
        public boolean shows(String other) {
            return slug.equals(other);
        }

        @Override
        public Optional<Shown> show(String other, String tool) {
            return shows(other)
                    ? Optional.of(new Shown(ToolName.ofOneServer(tool), Wording.OF_THE_SERVER))
                    : Optional.empty();
        }
    }

    /** {@code /mcp/<id>}: a toolset of the configuration. */
    final class Toolset implements View {
        private final ViewConfig config;
        private final Map<String, Map<String, ViewConfig.Choice>> spelledOut = new HashMap<>();
        private final Map<String, List<Glob>> patterns = new HashMap<>();

        Toolset(ViewConfig config) {
            this.config = config;
            for (ViewConfig.Choice choice : config.tools()) {
                choice.names().forEach(name -> add(choice, name));
            }
        }

        private void add(ViewConfig.Choice choice, String name) {
            if (name.contains("*")) {
                patterns.computeIfAbsent(choice.from(), first -> new ArrayList<>())
                        .add(new Glob(name));
            } else {
                spelledOut
                        .computeIfAbsent(choice.from(), first -> new HashMap<>())
                        .putIfAbsent(name, choice);
            }
        }

        @Override
        public String segment() {
            return config.id();
        }

        @Override
        public boolean shows(String slug) {
            return spelledOut.containsKey(slug) || patterns.containsKey(slug);
        }

        @Override
        public Optional<Shown> show(String slug, String tool) {
            ViewConfig.Choice choice = spelledOut.getOrDefault(slug, Map.of()).get(tool);
            if (choice != null) {
                String alias = choice.as();
                return Optional.of(new Shown(
                        alias == null ? ToolName.of(slug, tool) : alias,
                        new Wording(choice.title(), choice.description())));
            }
            boolean chosen = patterns.getOrDefault(slug, List.of()).stream().anyMatch(pattern -> pattern.matches(tool));
            return chosen ? Optional.of(new Shown(ToolName.of(slug, tool), Wording.OF_THE_SERVER)) : Optional.empty();
        }
    }
}
