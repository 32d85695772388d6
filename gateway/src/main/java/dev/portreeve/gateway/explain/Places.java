package dev.portreeve.gateway.explain;

import dev.portreeve.gateway.config.GatewayConfig;
import dev.portreeve.gateway.config.ModelConfig;
import dev.portreeve.gateway.config.ProviderConfig;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.access.CallSketch;
import dev.portreeve.policy.access.Explanation;
import dev.portreeve.policy.access.Outcome;
import dev.portreeve.policy.call.Resource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Where models lead, as a configuration has it, and what rules say of these places. Immutable. */
public final class Places {
    private final List<ModelConfig> models;
    private final Set<String> providers;

    private Places(List<ModelConfig> models, Set<String> providers) {
        this.models = List.copyOf(models);
        this.providers = Set.copyOf(providers);
    }

    /** Those of a configuration. */
    public static Places of(GatewayConfig config) {
        return new Places(
                config.models(),
                Set.copyOf(config.providers().stream().map(ProviderConfig::id).toList()));
    }

    /**
     * What the rules say to a call of which it may not be settled where it goes.
     *
     * @param said of the first place that the call may be sent to; of the first one there is where it may be sent to none
     * @param places all of them with their fallbacks'; empty where no rule names places, or the question does
     */
    record Explained(Explanation said, List<ExplanationView.PlaceLook> places) {}

    private record Place(String model, String at) {}

    Explained explain(CallSketch call, AccessPolicy policy) {
        List<Place> there = policy.speaksOfPlaces() && call.place() == null && call.resource() instanceof Resource.Model
                ? of(call.resource().name())
                : List.of();
        if (there.isEmpty()) {
            return new Explained(policy.explain(call), List.of());
        }
        List<ExplanationView.PlaceLook> looks = new ArrayList<>();
        Explanation first = null;
        Outcome best = Outcome.DENY;
        for (Place place : there) {
            Explanation called =
                    policy.explain(call.sent(new Resource.Model(call.resource().name()), place.at()));
            // A fallback must be allowed under its own name too.
            boolean asFallback = called.outcome() == Outcome.ALLOW
                    && !place.model().equals(call.resource().name());
            Explanation own =
                    asFallback ? policy.explain(call.sent(new Resource.Model(place.model()), place.at())) : called;
            looks.add(new ExplanationView.PlaceLook(
                    place.model(), place.at(), own.outcome().word(), own.by()));
            boolean better = best != Outcome.ALLOW && own.outcome() != Outcome.DENY && own.outcome() != best;
            if (first == null || better) {
                first = called;
                best = own.outcome();
            }
        }
        return new Explained(first == null ? policy.explain(call) : first, looks);
    }

    /** What patterns of places that fit none there is are warned of with; all of a provider is a place too, since callers may name its models. */
    public List<String> misfits(AccessPolicy policy) {
        return policy.placeless(Stream.concat(
                        models.stream().flatMap(model -> targets(model)),
                        providers.stream().map(provider -> provider + "/*"))
                .toList());
    }

    private List<Place> of(String name) {
        Set<Place> places = new LinkedHashSet<>();
        collect(name, new LinkedHashSet<>(), places);
        int slash = name.indexOf('/');
        if (places.isEmpty() && slash > 0 && providers.contains(name.substring(0, slash))) {
            places.add(new Place(name, name));
        }
        return List.copyOf(places);
    }

    private void collect(String name, Collection<String> visited, Collection<Place> places) {
        if (!visited.add(name)) {
            return;
        }
        for (ModelConfig model : models) {
            if (model.name().equals(name)) {
                targets(model).forEach(at -> places.add(new Place(name, at)));
                model.route().fallbacks().forEach(fallback -> collect(fallback, visited, places));
            }
        }
    }

    private static Stream<String> targets(ModelConfig model) {
        return model.route().targets().stream().map(target -> target.provider() + "/" + target.upstreamModel());
    }
}
