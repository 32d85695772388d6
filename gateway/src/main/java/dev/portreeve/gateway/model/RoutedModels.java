package dev.portreeve.gateway.model;

import dev.portreeve.gateway.config.ModelConfig;
import dev.portreeve.gateway.model.Prices.PricedModel;
import dev.portreeve.gateway.model.RoutingStrategy.Candidate;
import dev.portreeve.gateway.turn.Unsupported;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Makes routed models of what the configuration says, and knows every place they share. Thread-safe. */
final class RoutedModels {
    /** Callers can name as many models as they like; those beyond this are not remembered for their failures. */
    private static final int MAX_PLACES = 10_000;

    private final Map<String, ModelProvider> providers;
    private final Prices prices;
    private final int defaultMaxOutputTokens;
    private final InstantSource clock;
    private final Map<Place, Health> healths = new ConcurrentHashMap<>();
    private final Map<String, Turns> keyTurns = new ConcurrentHashMap<>();

    private record Place(String provider, String model, String key) {}

    RoutedModels(Map<String, ModelProvider> providers, Prices prices, int defaultMaxOutputTokens, InstantSource clock) {
        this.providers = providers;
        this.prices = prices;
        this.defaultMaxOutputTokens = defaultMaxOutputTokens;
        this.clock = clock;
    }

    /** Whose turn it is among a model's targets. */
    static Turns turns(ModelConfig model) {
        List<ModelConfig.Target> targets = model.route().targets();
        List<Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < targets.size(); i++) {
            Integer priority = targets.get(i).priority();
            candidates.add(new Candidate(targets.get(i).weight(), priority == null ? i + 1 : priority));
        }
        return new Turns(
                switch (model.route().strategy()) {
                    case PRIORITY -> RoutingStrategy.PRIORITY;
                    case WEIGHTED -> RoutingStrategy.WEIGHTED;
                },
                candidates);
    }

    /**
     * A configured model.
     *
     * @param name that rules match
     * @param filling what the star in its targets stands for, if there is one
     */
    RoutedModel of(ModelConfig model, String name, String filling, Turns turns) {
        ModelConfig.Route route = model.route();
        ModelRoute.Treatment treatment = new ModelRoute.Treatment(unsupported(route), route.hostedTools());
        List<RoutedModel.Target> targets = route.targets().stream()
                .map(target -> {
                    ModelProvider provider = providers.get(target.provider());
                    if (provider == null) {
                        throw new IllegalArgumentException("model \"" + model.name()
                                + "\" has a target at unknown provider \"" + target.provider() + "\"");
                    }
                    String upstream = target.upstreamModel().replace("*", filling);
                    return target(name, provider, upstream, model.maxOutputTokens(), treatment);
                })
                .toList();
        return new RoutedModel(
                name,
                targets,
                turns,
                new RoutedModel.Rules(route.retries(), route.fallbacks(), route.fallbacksOn(), route.coolDown()),
                model.cache());
    }

    /** A model that nobody configured. */
    RoutedModel unlisted(String name, ModelProvider provider, String upstreamModel) {
        return new RoutedModel(
                name,
                List.of(target(name, provider, upstreamModel, null, ModelRoute.Treatment.USUAL)),
                new Turns(RoutingStrategy.PRIORITY, List.of(new Candidate(1, 1))),
                RoutedModel.Rules.USUAL,
                null);
    }

    private RoutedModel.Target target(
            String name,
            ModelProvider provider,
            String upstreamModel,
            @Nullable Integer maxOutputTokens,
            ModelRoute.Treatment treatment) {
        PricedModel priced = prices.of(provider.id(), upstreamModel);
        int usual = priced.maxOutputTokens() == 0 ? defaultMaxOutputTokens : priced.maxOutputTokens();
        int max = maxOutputTokens == null ? usual : maxOutputTokens;
        List<Deployment> deployments = new ArrayList<>();
        for (ProviderKey key : keys(provider)) {
            ModelRoute route = new ModelRoute(name, key.provider(), upstreamModel, priced, max, treatment);
            Health health = health(new Place(provider.id(), upstreamModel, key.name()));
            deployments.add(new Deployment(route, key.name(), key.keeps(), health));
        }
        return new RoutedModel.Target(deployments, keyTurns.computeIfAbsent(provider.id(), id -> turns(provider)));
    }

    private static List<ProviderKey> keys(ModelProvider provider) {
        List<ProviderKey> several = provider.keys();
        return several.isEmpty() ? List.of(new ProviderKey("", 1, true, provider)) : several;
    }

    /** Shared by all models there, so that each key gets its part of all calls. */
    private static Turns turns(ModelProvider provider) {
        return new Turns(
                RoutingStrategy.WEIGHTED,
                keys(provider).stream()
                        .map(key -> new Candidate(key.weight(), 1))
                        .toList());
    }

    /**
     * All places that are known, by provider and model.
     *
     * @param names of the models of a provider's model
     */
    List<PlaceState> states(BiFunction<String, String, List<String>> names) {
        return healths.entrySet().stream()
                .map(entry -> {
                    Place place = entry.getKey();
                    return entry.getValue()
                            .state(
                                    place.provider(),
                                    place.model(),
                                    place.key(),
                                    names.apply(place.provider(), place.model()));
                })
                .sorted(Comparator.comparing(PlaceState::provider)
                        .thenComparing(PlaceState::model)
                        .thenComparing(PlaceState::key))
                .toList();
    }

    private Health health(Place place) {
        Health known = healths.get(place);
        if (known != null) {
            return known;
        }
        String key = place.key().isEmpty() ? "" : ", key \"" + place.key() + "\"";
        Health health =
                new Health("model \"" + place.model() + "\" at provider \"" + place.provider() + "\"" + key, clock);
        if (healths.size() >= MAX_PLACES) {
            healths.values().removeIf(Health::isForgettable);
        }
        if (healths.size() >= MAX_PLACES) {
            return health;
        }
        Health before = healths.putIfAbsent(place, health);
        return before == null ? health : before;
    }

    private static Unsupported unsupported(ModelConfig.Route route) {
        return switch (route.unsupported()) {
            case DROP -> Unsupported.DROP;
            case REJECT -> Unsupported.REJECT;
            case null -> Unsupported.USUAL;
        };
    }
}
