package dev.portreeve.hub.catalog;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Finds names of servers, views and aliases that would mean two things, before any of them is used. */
public final class CatalogNames {
    /** Names that the gateway keeps for itself, now or later, as slugs and views. */
    public static final Set<String> RESERVED = Set.of(
            "admin",
            "all",
            "api",
            "authorize",
            "default",
            "health",
            "mcp",
            "messages",
            "portreeve",
            "register",
            "sse",
            "token",
            "well-known");

    private final List<Problem> problems = new ArrayList<>();
    /** What stands behind {@code /mcp/}, and who has it. */
    private final Map<String, String> owners = new HashMap<>();

    private CatalogNames() {}

    /**
     * What is wrong with a name.
     *
     * @param path where it stands in the configuration
     * @param message names both owners
     */
    public record Problem(String path, String message) {}

    /** All problems of the configured names, in the order of the configuration; none if they can be used. */
    public static List<Problem> check(List<String> slugs, List<ViewConfig> views) {
        CatalogNames check = new CatalogNames();
        for (int i = 0; i < slugs.size(); i++) {
            check.segment("tool-servers[" + i + "].slug", slugs.get(i), "the slug of tool-servers[" + i + "]");
        }
        for (int i = 0; i < views.size(); i++) {
            check.segment("views[" + i + "].id", views.get(i).id(), "the id of views[" + i + "]");
            check.aliases("views[" + i + "]", views.get(i), Set.copyOf(slugs));
        }
        return List.copyOf(check.problems);
    }

    private void segment(String path, String name, String owner) {
        if (RESERVED.contains(name)) {
            problems.add(new Problem(
                    path,
                    "\"" + name + "\" is reserved; choose another name than "
                            + String.join(", ", new TreeSet<>(RESERVED))));
            return;
        }
        String before = owners.putIfAbsent(name, owner);
        if (before != null) {
            problems.add(new Problem(
                    path,
                    "\"" + name + "\" is there twice: it is " + before + " and " + owner + "; rename one of them"));
        }
    }

    private void aliases(String path, ViewConfig view, Set<String> slugs) {
        Map<String, String> taken = new HashMap<>();
        for (int i = 0; i < view.tools().size(); i++) {
            ViewConfig.Choice choice = view.tools().get(i);
            String alias = choice.as();
            if (alias == null) {
                continue;
            }
            String tool = "\"" + choice.names().getFirst() + "\" of \"" + choice.from() + "\"";
            String before = taken.putIfAbsent(alias, tool);
            if (before != null && !before.equals(tool)) {
                problems.add(new Problem(
                        path + ".tools[" + i + "].as",
                        "\"" + alias + "\" would be two tools: " + before + " and " + tool + "; rename one of them"));
            }
            String slug = ToolName.slug(alias);
            if (!slug.equals(alias)
                    && slugs.contains(slug)
                    && !alias.equals(ToolName.of(choice.from(), choice.names().getFirst()))) {
                problems.add(new Problem(
                        path + ".tools[" + i + "].as",
                        "\"" + alias + "\" looks like a tool of server \"" + slug + "\" but is " + tool
                                + ": choose an alias that does not begin with \"" + slug + "__\""));
            }
        }
    }
}
