package dev.portreeve.gateway.model;

import dev.portreeve.gateway.config.ModelCacheConfig;
import dev.portreeve.gateway.config.ModelConfig.CoolDown;
import dev.portreeve.gateway.config.ModelConfig.FallbacksOn;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A model as callers name it: its targets, and what happens when they fail. Thread-safe. */
public final class RoutedModel {
    private final String name;
    private final List<Target> targets;
    private final Turns turns;
    private final Rules rules;
    private final @Nullable ModelCacheConfig cache;

    /**
     * A target with the deployments its provider's keys make of it.
     *
     * @param keys in which order they are taken; shared by all targets at the provider
     */
    record Target(List<Deployment> deployments, Turns keys) {
        Target {
            deployments = List.copyOf(deployments);
        }

        List<Deployment> fit() {
            return deployments.size() == 1
                    ? deployments.getFirst().health().isFit() ? deployments : List.of()
                    : keys.next(i -> deployments.get(i).health().isFit()).stream()
                            .map(deployments::get)
                            .toList();
        }

        boolean isFit() {
            return deployments.stream()
                    .anyMatch(deployment -> deployment.health().isFit());
        }
    }

    /**
     * What the configuration says of failures.
     *
     * @param retries at one target
     */
    public record Rules(int retries, List<String> fallbacks, FallbacksOn fallbacksOn, CoolDown coolDown) {
        /** Of names that nobody configured. */
        static final Rules USUAL = new Rules(1, List.of(), new FallbacksOn(List.of(), List.of()), CoolDown.USUAL);

        List<String> fallbacks(FailureClass after) {
            return switch (after) {
                case CONTEXT_WINDOW -> fallbacksOn.contextWindow();
                case CONTENT_POLICY -> fallbacksOn.contentPolicy();
                case BAD_REQUEST, TOO_LARGE -> List.of();
                case THROTTLED, OVERLOADED, TIMEOUT, SERVER, UNREACHABLE, CREDENTIAL, ACCOUNT, ACCESS, NOT_FOUND ->
                    fallbacks;
            };
        }
    }

    /**
     * @param turns of as many candidates as there are targets
     * @param cache how its answers are given again; {@code null} if they are not
     */
    RoutedModel(String name, List<Target> targets, Turns turns, Rules rules, @Nullable ModelCacheConfig cache) {
        this.name = name;
        this.targets = List.copyOf(targets);
        this.turns = turns;
        this.rules = rules;
        this.cache = cache;
    }

    /** How its answers are given again to whoever asks the very same, or {@code null} if they are not. */
    public @Nullable ModelCacheConfig cache() {
        return cache;
    }

    /** What rules match and records say. */
    public String name() {
        return name;
    }

    public Rules rules() {
        return rules;
    }

    /** Its first target. */
    public ModelRoute first() {
        return targets.getFirst().deployments().getFirst().route();
    }

    /** Whether each of its providers keeps responses itself. */
    public boolean isKeptByProviders() {
        return deployments().stream().allMatch(place -> place.route().provider().kept() != null);
    }

    /** All places it can go to. */
    public List<Deployment> deployments() {
        return targets.stream().flatMap(target -> target.deployments().stream()).toList();
    }

    /** The targets for the next call in its order, each with its keys in theirs; none that is left out just now. */
    List<List<Deployment>> order() {
        if (targets.size() == 1) {
            List<Deployment> only = targets.getFirst().fit();
            return only.isEmpty() ? List.of() : List.of(only);
        }
        List<List<Deployment>> order = new ArrayList<>(targets.size());
        for (int next : turns.next(i -> targets.get(i).isFit())) {
            List<Deployment> fit = targets.get(next).fit();
            if (!fit.isEmpty()) {
                order.add(fit);
            }
        }
        return order;
    }

    /** Of those that are left out, the one that comes back first; {@code null} if none is possible. */
    @Nullable
    Deployment soonest(Predicate<Deployment> possible) {
        return deployments().stream()
                .filter(possible)
                .min(Comparator.comparing(deployment -> {
                    Instant until = deployment.health().outUntil();
                    return until == null ? Instant.MIN : until;
                }))
                .orElse(null);
    }
}
