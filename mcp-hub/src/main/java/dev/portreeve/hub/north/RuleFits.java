package dev.portreeve.hub.north;

import dev.portreeve.hub.catalog.CatalogTool;
import dev.portreeve.hub.definition.ToolSchema;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.access.ArgumentType;
import dev.portreeve.policy.call.Resource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the rules about tools fit the definitions that servers give of them; found once for each definition and each version of the
 * rules. Thread-safe.
 */
final class RuleFits {
    private static final Logger LOG = LoggerFactory.getLogger(RuleFits.class);
    /** More definitions than a gateway has at once: those that changed meanwhile are forgotten then. */
    private static final int MOST = 20_000;

    private final Supplier<AccessPolicy> access;
    private volatile Known known;
    /** At most one line for each rule and tool, so that what is no news is said once. */
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    /** What was found by one version of the rules. */
    private record Known(AccessPolicy rules, Map<Resource.Tool, Optional<String>> misfits) {
        static Known by(AccessPolicy rules) {
            return new Known(rules, new ConcurrentHashMap<>());
        }
    }

    RuleFits(Supplier<AccessPolicy> access) {
        this.access = access;
        this.known = Known.by(access.get());
    }

    /** Looks at definitions that have come, so that an operator hears of a misfit before anybody calls. */
    void look(Collection<CatalogTool> tools) {
        tools.forEach(this::misfit);
        if (told.size() > MOST) {
            told.clear();
        }
        Map<Resource.Tool, ArgumentType.Members> arguments = new HashMap<>();
        tools.forEach(tool -> arguments.put(tool.resource(), arguments(tool)));
        // No call is refused for these: a server that is yet to come may have the tool they mean.
        access.get().astray(arguments).stream()
                .filter(told::add)
                .forEach(what -> LOG.warn("{}: change the rule, or it says nothing of any tool there is", what));
    }

    private static ArgumentType.Members arguments(CatalogTool tool) {
        return new ToolSchema(tool.listing().member("inputSchema")).arguments();
    }

    /** What does not fit, for people; {@code null} if all does. */
    @Nullable
    String misfit(CatalogTool tool) {
        AccessPolicy rules = access.get();
        Known now = known;
        if (now.rules() != rules || now.misfits().size() > MOST) {
            now = Known.by(rules);
            known = now;
        }
        return now.misfits()
                .computeIfAbsent(tool.resource(), ignored -> found(rules, tool))
                .orElse(null);
    }

    private static Optional<String> found(AccessPolicy rules, CatalogTool tool) {
        Optional<String> misfit = misfit(rules, tool);
        misfit.ifPresent(what -> LOG.warn("{}: calls of it are refused until one of them is changed", what));
        return misfit;
    }

    private static Optional<String> misfit(AccessPolicy rules, CatalogTool tool) {
        return rules.misfit(tool.resource(), arguments(tool));
    }

    /** What would not fit rules that are not in force. Nothing is kept or logged. */
    static List<String> misfits(AccessPolicy rules, Collection<CatalogTool> tools) {
        return tools.stream().flatMap(tool -> misfit(rules, tool).stream()).toList();
    }
}
