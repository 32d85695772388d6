package dev.portreeve.gateway.model;

import dev.portreeve.gateway.config.ModelConfig;
import dev.portreeve.gateway.turn.Unsupported;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From the name a caller uses to a provider and its model, the first target of its route. Named models come from the configuration; any other name of the
 * form {@code provider/model} goes to that provider. Whether the caller may use it is the policy's business. Thread-safe;
 * closing it closes the providers.
 */
public final class ModelRouter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ModelRouter.class);

    private static final int MAX_NAME = 200;

    private final Map<String, ModelProvider> providers = new LinkedHashMap<>();
    private final Map<String, ModelRoute> named = new LinkedHashMap<>();
    private final Prices prices;
    private final int defaultMaxOutputTokens;

    /**
     * @param models with targets at known providers only
     * @param providers with different ids; from now on the router's to close
     * @param defaultMaxOutputTokens the bound on an answer where neither configuration nor price list has one
     */
    public ModelRouter(
            List<ModelConfig> models, Collection<ModelProvider> providers, Prices prices, int defaultMaxOutputTokens) {
        this.prices = prices;
        this.defaultMaxOutputTokens = defaultMaxOutputTokens;
        for (ModelProvider provider : providers) {
            this.providers.put(provider.id(), provider);
        }
        for (ModelConfig model : models) {
            named.put(model.name(), route(model));
        }
    }

    private ModelRoute route(ModelConfig model) {
        ModelConfig.Target target = model.route().targets().getFirst();
        ModelProvider provider = providers.get(target.provider());
        if (provider == null) {
            throw new IllegalArgumentException(
                    "model \"" + model.name() + "\" has a target at unknown provider \"" + target.provider() + "\"");
        }
        if (model.route().targets().size() > 1) {
            LOG.warn("model \"{}\" has several targets; only the first, \"{}\", is used", model.name(), target.model());
        }
        ModelRoute route = route(model.name(), provider, target.upstreamModel());
        return new ModelRoute(
                route.name(),
                provider,
                route.upstreamModel(),
                route.priced(),
                model.maxOutputTokens() == null ? route.maxOutputTokens() : model.maxOutputTokens(),
                new ModelRoute.Treatment(
                        unsupported(model.route()), model.route().hostedTools()));
    }

    private static Unsupported unsupported(ModelConfig.Route route) {
        return switch (route.unsupported()) {
            case DROP -> Unsupported.DROP;
            case REJECT -> Unsupported.REJECT;
            case null -> Unsupported.USUAL;
        };
    }

    private ModelRoute route(String name, ModelProvider provider, String upstreamModel) {
        Prices.PricedModel priced = prices.of(provider.id(), upstreamModel);
        int max = priced.maxOutputTokens() == 0 ? defaultMaxOutputTokens : priced.maxOutputTokens();
        return new ModelRoute(name, provider, upstreamModel, priced, max, ModelRoute.Treatment.USUAL);
    }

    /** The route of a name, or nothing if no model is called so. */
    public Optional<ModelRoute> route(String name) {
        ModelRoute known = named.get(name);
        if (known != null) {
            return Optional.of(known);
        }
        int slash = name.indexOf('/');
        if (slash < 1 || slash == name.length() - 1 || !isPlain(name)) {
            return Optional.empty();
        }
        ModelProvider provider = providers.get(name.substring(0, slash));
        return provider == null ? Optional.empty() : Optional.of(route(name, provider, name.substring(slash + 1)));
    }

    /** A name nobody configured stands in headers and records as the caller wrote it, so it must be harmless there. */
    private static boolean isPlain(String name) {
        return name.length() <= MAX_NAME && name.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }

    /** A provider by its id. */
    public Optional<ModelProvider> provider(String id) {
        return Optional.ofNullable(providers.get(id));
    }

    /** The models with a name of their own, in the configuration's order. */
    public List<ModelRoute> listed() {
        return List.copyOf(named.values());
    }

    @Override
    public void close() {
        for (ModelProvider provider : new ArrayList<>(providers.values())) {
            provider.close();
        }
    }
}
