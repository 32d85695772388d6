package dev.portreeve.policy.budget;

import dev.portreeve.policy.access.Glob;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.call.Labels;
import dev.portreeve.policy.call.Resource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Which of its owner's calls a budget bounds: those of any model, server or tool it names (all, if it names none) that carry
 * one of its tags (any, if it names none). Immutable.
 */
final class BudgetScope {
    static final BudgetScope ALL = new BudgetScope(List.of(), List.of(), List.of(), List.of(), false);

    private final List<String> modelNames;
    private final List<String> toolServers;
    private final List<String> toolNames;
    private final List<String> tags;
    private final boolean eachSession;
    private final Glob[] models;
    private final Glob[] tools;
    private final Set<String> servers;
    private final boolean anything;

    /** @param eachSession whether each session has a count of its own; calls that name none share one */
    BudgetScope(
            List<String> models, List<String> toolServers, List<String> tools, List<String> tags, boolean eachSession) {
        this.modelNames = List.copyOf(models);
        this.toolServers = List.copyOf(toolServers);
        this.toolNames = List.copyOf(tools);
        this.tags = List.copyOf(tags);
        this.eachSession = eachSession;
        this.models = models.stream().map(Glob::new).toArray(Glob[]::new);
        this.tools = tools.stream().map(Glob::new).toArray(Glob[]::new);
        this.servers = Set.copyOf(toolServers);
        this.anything = models.isEmpty() && toolServers.isEmpty() && tools.isEmpty();
    }

    boolean covers(GovernedCall call) {
        return (anything || names(call.resource()))
                && (tags.isEmpty() || isTagged(call.subject().labels()));
    }

    private boolean names(Resource resource) {
        return switch (resource) {
            case Resource.Model model -> matches(models, model.name());
            case Resource.HostedTool ignored -> false;
            case Resource.Tool tool -> servers.contains(tool.server()) || matches(tools, tool.name());
            case Resource.Prompt prompt -> servers.contains(prompt.server());
            case Resource.ServerResource resourceOf -> servers.contains(resourceOf.server());
        };
    }

    private static boolean matches(Glob[] patterns, String name) {
        for (Glob pattern : patterns) {
            if (pattern.matches(name)) {
                return true;
            }
        }
        return false;
    }

    private boolean isTagged(Labels labels) {
        for (String tag : labels.tags()) {
            if (tags.contains(tag)) {
                return true;
            }
        }
        return false;
    }

    /** Whether it has one count of every call. */
    boolean isOfAllCalls() {
        return anything && tags.isEmpty() && !eachSession;
    }

    boolean eachSession() {
        return eachSession;
    }

    List<String> models() {
        return modelNames;
    }

    List<String> toolServers() {
        return toolServers;
    }

    List<String> tools() {
        return toolNames;
    }

    List<String> tags() {
        return tags;
    }

    /** Ids end with it, and people read it: {@code models=fast+smart}; empty for all calls. */
    String label() {
        List<String> parts = new ArrayList<>();
        part(parts, "models", modelNames);
        part(parts, "servers", toolServers);
        part(parts, "tools", toolNames);
        part(parts, "tags", tags);
        if (eachSession) {
            parts.add("per-session");
        }
        return String.join(",", parts);
    }

    private static void part(List<String> parts, String key, List<String> names) {
        if (!names.isEmpty()) {
            parts.add(key + "=" + String.join("+", names.stream().sorted().toList()));
        }
    }
}
