package dev.portreeve.gateway.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Checks where names of models lead: each to one model, each target to a provider, and no fallback back to where it began. */
final class RouteCheck {
    private final List<ModelConfig> models;
    private final List<String> providers;
    private final Problems problems;
    private final Map<String, ModelConfig> byName = new HashMap<>();
    private final Map<String, String> namesByAlias = new HashMap<>();

    RouteCheck(List<ModelConfig> models, List<ProviderConfig> providers, Problems problems) {
        this.models = models;
        this.providers = providers.stream().map(ProviderConfig::id).toList();
        this.problems = problems;
        models.forEach(model -> {
            byName.putIfAbsent(model.name(), model);
            model.aliases().forEach(alias -> namesByAlias.putIfAbsent(alias, model.name()));
        });
    }

    void run() {
        Set<String> seen = new HashSet<>();
        for (int m = 0; m < models.size(); m++) {
            once(seen, "models[" + m + "].name", models.get(m).name());
        }
        for (int m = 0; m < models.size(); m++) {
            String path = "models[" + m + "]";
            ModelConfig model = models.get(m);
            for (int a = 0; a < model.aliases().size(); a++) {
                once(seen, path + ".aliases[" + a + "]", model.aliases().get(a));
            }
            targets(path, model);
            ModelConfig.FallbacksOn on = model.route().fallbacksOn();
            fallbacks(path + ".route.fallbacks", model.route().fallbacks());
            fallbacks(path + ".route.fallbacks-on.context-window", on.contextWindow());
            fallbacks(path + ".route.fallbacks-on.content-policy", on.contentPolicy());
        }
        circles("fallbacks", ModelConfig.Route::fallbacks);
        circles("fallbacks-on.context-window", route -> route.fallbacksOn().contextWindow());
        circles("fallbacks-on.content-policy", route -> route.fallbacksOn().contentPolicy());
    }

    private void once(Set<String> seen, String path, String name) {
        if (!seen.add(name)) {
            problems.at(path, "\"" + name + "\" is there twice");
        }
    }

    private void targets(String path, ModelConfig model) {
        List<ModelConfig.Target> targets = model.route().targets();
        for (int t = 0; t < targets.size(); t++) {
            String at = path + ".route.targets[" + t + "].model";
            String target = targets.get(t).model();
            String provider = targets.get(t).provider();
            if (!providers.contains(provider)) {
                problems.at(at, "there is no provider \"" + provider + "\"" + Spelling.hint(provider, providers));
            } else if (target.contains("*") && !model.name().contains("*")) {
                problems.at(
                        at,
                        "\"" + target + "\" has a *, and the name \"" + model.name() + "\" has none to fill it with");
            } else if (target.indexOf('*') != target.lastIndexOf('*')) {
                problems.at(at, "\"" + target + "\" has more than one *");
            }
        }
    }

    private void fallbacks(String path, List<String> names) {
        for (int f = 0; f < names.size(); f++) {
            model(path + "[" + f + "]", names.get(f));
        }
    }

    private void model(String path, String name) {
        if (byName.containsKey(name)) {
            if (name.contains("*")) {
                problems.at(path, "\"" + name + "\" is no one model: name one without *");
            }
            return;
        }
        String canonical = namesByAlias.get(name);
        problems.at(
                path,
                canonical == null
                        ? "there is no model \"" + name + "\"" + Spelling.hint(name, byName.keySet())
                        : "\"" + name + "\" is an alias: write the model's name, \"" + canonical + "\"");
    }

    /**
     * What a rule may call a model: a name of the file, one that a name with a {@code *} stands for, a model at a provider of the
     * file, or anything with a {@code *}.
     */
    void pattern(String path, String pattern) {
        boolean unlisted = pattern.indexOf('/') > 0 && providers.contains(pattern.substring(0, pattern.indexOf('/')));
        if (!pattern.contains("*") && !unlisted && !isCovered(pattern)) {
            model(path, pattern);
        }
    }

    private boolean isCovered(String name) {
        return !namesByAlias.containsKey(name)
                && models.stream().map(ModelConfig::name).anyMatch(wild -> stands(wild, name));
    }

    private static boolean stands(String wild, String name) {
        int star = wild.indexOf('*');
        return star >= 0
                && name.length() >= wild.length()
                && name.startsWith(wild.substring(0, star))
                && name.endsWith(wild.substring(star + 1));
    }

    private void circles(String key, Function<ModelConfig.Route, List<String>> next) {
        Set<String> done = new HashSet<>();
        for (int m = 0; m < models.size(); m++) {
            List<String> circle = circle(models.get(m).name(), next, new ArrayList<>(), done);
            if (circle != null) {
                problems.at(
                        "models[" + m + "].route." + key,
                        "the fallbacks go in a circle: " + String.join(" > ", circle));
                return;
            }
        }
    }

    private @Nullable List<String> circle(
            String name, Function<ModelConfig.Route, List<String>> next, List<String> way, Set<String> done) {
        int before = way.indexOf(name);
        if (before >= 0) {
            List<String> circle = new ArrayList<>(way.subList(before, way.size()));
            circle.add(name);
            return circle;
        }
        ModelConfig model = byName.get(name);
        if (model == null || done.contains(name)) {
            return null;
        }
        way.add(name);
        for (String fallback : next.apply(model.route())) {
            List<String> circle = circle(fallback, next, way, done);
            if (circle != null) {
                return circle;
            }
        }
        way.removeLast();
        done.add(name);
        return null;
    }
}
