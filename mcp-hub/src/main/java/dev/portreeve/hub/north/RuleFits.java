package dev.portreeve.hub.north;

import dev.portreeve.hub.catalog.CatalogTool;
import dev.portreeve.hub.definition.ToolSchema;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.call.Resource;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
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

    RuleFits(AccessPolicy access) {
        this.access = access;
    }

    /** Looks at definitions that have come, so that an operator hears of a misfit before anybody calls. */
    void look(Collection<CatalogTool> tools) {
        tools.forEach(this::misfit);
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
        ToolSchema schema = new ToolSchema(tool.listing().member("inputSchema"));
        Optional<String> misfit = access.misfit(resource, schema::has);
        misfit.ifPresent(what -> LOG.warn("{}: calls of it are refused until one of them is changed", what));
        return misfit;
    }
}
