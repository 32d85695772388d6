package dev.portreeve.hub.north;

import dev.portreeve.hub.catalog.CatalogTool;
import dev.portreeve.hub.definition.ToolSchema;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.access.ArgumentType;
import dev.portreeve.policy.call.Resource;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the rules about tools fit the definitions that servers give of them; found once for each definition. Thread-safe. */
final class RuleFits {
    private static final Logger LOG = LoggerFactory.getLogger(RuleFits.class);
    /** More definitions than a gateway has at once: those that changed meanwhile are forgotten then. */
    private static final int MOST = 20_000;

    private final AccessPolicy access;
    private final Map<Resource.Tool, Optional<String>> known = new ConcurrentHashMap<>();
    /** At most one line for each rule and tool, so that what is no news is said once. */
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    RuleFits(AccessPolicy access) {
        this.access = access;
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
        access.astray(arguments).stream()
                .filter(told::add)
                .forEach(what -> LOG.warn("{}: change the rule, or it says nothing of any tool there is", what));
    }

    private static ArgumentType.Members arguments(CatalogTool tool) {
        return new ToolSchema(tool.listing().member("inputSchema")).arguments();
    }

    /** What does not fit, for people; {@code null} if all does. */
    @Nullable
    String misfit(CatalogTool tool) {
        if (known.size() > MOST) {
            known.clear();
        }
        return known.computeIfAbsent(tool.resource(), resource -> found(resource, tool))
                .orElse(null);
    }

    private Optional<String> found(Resource.Tool resource, CatalogTool tool) {
        Optional<String> misfit = access.misfit(resource, arguments(tool));
        misfit.ifPresent(what -> LOG.warn("{}: calls of it are refused until one of them is changed", what));
        return misfit;
    }
}
