package dev.portreeve.gateway.model;

import dev.portreeve.gateway.config.ModelConfig;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * From the name a caller uses to the places where the call can go. Named models come from the configuration, by name, by alias,
 * or by a name with a {@code *}; any other name of the form {@code provider/model} goes to that provider. Whether the caller may use
 * it is the policy's business. Thread-safe; closing it closes the providers.
 */
public final class ModelRouter implements AutoCloseable {
    private static final int MAX_NAME = 200;

    private final Map<String, ModelProvider> providers = new LinkedHashMap<>();
    private final Map<String, RoutedModel> named = new LinkedHashMap<>();
    private final Map<String, RoutedModel> aliases = new HashMap<>();
    private final List<Wildcard> wildcards = new ArrayList<>();
    private final RoutedModels routes;

    /** A configured name with a {@code *}, and what all models it stands for have in common. */
    private record Wildcard(ModelConfig config, String before, String after, Turns turns) {
        @Nullable
        String filling(String name) {
            boolean stands =
                    name.length() > before.length() + after.length() && name.startsWith(before) && name.endsWith(after);
            return stands ? name.substring(before.length(), name.length() - after.length()) : null;
        }
    }

    /**
     * @param models with targets at known providers only
     * @param providers with different ids; from now on the router's to close
     * @param defaultMaxOutputTokens the bound on an answer where neither configuration nor price list has one
     * @param clock for places that are left out for a while
     */
    public ModelRouter(
            List<ModelConfig> models,
            Collection<ModelProvider> providers,
            Prices prices,
            int defaultMaxOutputTokens,
            InstantSource clock) {
        for (ModelProvider provider : providers) {
            this.providers.put(provider.id(), provider);
        }
        this.routes = new RoutedModels(this.providers, prices, defaultMaxOutputTokens, clock);
        for (ModelConfig model : models) {
            int star = model.name().indexOf('*');
            if (star < 0) {
                RoutedModel routed = routes.of(model, model.name(), "", RoutedModels.turns(model));
                named.put(model.name(), routed);
                model.aliases().forEach(alias -> aliases.put(alias, routed));
            } else {
                wildcards.add(new Wildcard(
                        model,
                        model.name().substring(0, star),
                        model.name().substring(star + 1),
                        RoutedModels.turns(model)));
            }
        }
        wildcards.sort(Comparator.comparing((Wildcard wild) -> -wild.before().length())
                .thenComparing(wild -> -wild.after().length()));
    }

    /** The model of a name, or nothing if no model is called so. */
    public Optional<RoutedModel> model(String name) {
        RoutedModel known = named.get(name);
        if (known == null) {
            known = aliases.get(name);
        }
        return known == null ? unnamed(name) : Optional.of(known);
    }

    private Optional<RoutedModel> unnamed(String name) {
        if (!isPlain(name)) {
            return Optional.empty();
        }
        int slash = name.indexOf('/');
        ModelProvider provider =
                slash < 1 || slash == name.length() - 1 ? null : providers.get(name.substring(0, slash));
        for (Wildcard wild : wildcards) {
            // The provider's own id and slash count as what stands before a star.
            if (provider != null && wild.before().length() <= slash) {
                break;
            }
            String filling = wild.filling(name);
            if (filling != null) {
                return Optional.of(routes.of(wild.config(), name, filling, wild.turns()));
            }
        }
        return provider == null
                ? Optional.empty()
                : Optional.of(routes.unlisted(name, provider, name.substring(slash + 1)));
    }

    /** A name nobody configured stands in headers and records as the caller wrote it, so it must be harmless there. */
    private static boolean isPlain(String name) {
        // A step of a path that is only dots would lead to another one.
        return name.length() <= MAX_NAME
                && name.chars().allMatch(c -> c > ' ' && c < 0x7f)
                && !name.endsWith("/.")
                && !name.endsWith("/..");
    }

    /** The first target of a name, or nothing if no model is called so. */
    public Optional<ModelRoute> route(String name) {
        return model(name).map(RoutedModel::first);
    }

    /** A provider by its id. */
    public Optional<ModelProvider> provider(String id) {
        return Optional.ofNullable(providers.get(id));
    }

    /** The models with a name of their own, by their first targets, in the configuration's order; none with a star. */
    public List<ModelRoute> listed() {
        return named.values().stream().map(RoutedModel::first).toList();
    }

    /** How the places are where calls go: those of models with a name of their own, and what callers have named themselves. */
    public List<PlaceState> places() {
        return routes.states((provider, upstream) -> named.values().stream()
                .filter(model -> model.deployments().stream()
                        .map(Deployment::route)
                        .anyMatch(route -> route.provider().id().equals(provider)
                                && route.upstreamModel().equals(upstream)))
                .map(RoutedModel::name)
                .toList());
    }

    @Override
    public void close() {
        for (ModelProvider provider : new ArrayList<>(providers.values())) {
            provider.close();
        }
    }
}
