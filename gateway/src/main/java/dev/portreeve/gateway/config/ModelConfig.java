package dev.portreeve.gateway.config;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model under the name callers use and rules match.
 *
 * @param name what callers put into {@code model}; one {@code *} in it stands for any part of a name, and then also in its
 *     targets, so that {@code claude-*} can lead to {@code anthropic/claude-*}. Names without one come first, then those with
 *     the most before it. Rules match the name that the caller wrote
 * @param route where its calls go
 * @param maxOutputTokens the bound on an answer when the caller gives none; it is also what the worst case is priced with
 * @param aliases further names for callers; rules and records know it by {@code name} only
 * @param cache how long its answers are given again to whoever asks the very same; absent: never
 */
public record ModelConfig(
        String name,
        Route route,
        @Nullable Integer maxOutputTokens,
        @Default("[]") List<String> aliases,
        @Nullable ModelCacheConfig cache) {
    /** The longest name, and the longest alias. */
    private static final int MAX_NAME = 200;

    private static final int MAX_ALIASES = 50;

    /**
     * Where a model's calls go, and what happens when that fails.
     *
     * @param targets at least one, at most 20
     * @param unsupported what becomes of things in a request that the target's dialect cannot say: {@code drop} leaves out all
     *     that can be left out, even where the answer is then another; {@code reject} refuses to leave out anything; absent:
     *     hints are left out, and what would change the meaning is refused
     * @param hostedTools what becomes of tools that the provider would run by itself, such as web searches, out of sight of the
     *     rules for tools
     * @param strategy which target a call goes to first: {@code priority} takes them by their {@code priority}, else in the
     *     order of the file, and those of equal priority by weight; {@code weighted} takes all by weight
     * @param retries how often one target is tried again after a failure that may pass, before the next one is tried; 0 to 4
     * @param fallbacks models that are tried in order when every target failed; each only for callers who may use it
     * @param fallbacksOn models for requests that every target would fail on alike
     * @param coolDown when a target that fails is left out for a while
     */
    public record Route(
            List<Target> targets,
            @Nullable Unsupported unsupported,
            @Default("strip") HostedTools hostedTools,
            @Default("priority") Strategy strategy,
            @Default("1") int retries,
            @Default("[]") List<String> fallbacks,
            @Default("{}") FallbacksOn fallbacksOn,
            @Default("{}") CoolDown coolDown) {
        private static final int MAX_TARGETS = 20;
        private static final int MAX_RETRIES = 4;

        /** With what holds if nothing is said. */
        public Route(List<Target> targets) {
            this(targets, null, HostedTools.STRIP);
        }

        /** With what holds if nothing is said of failures. */
        public Route(List<Target> targets, @Nullable Unsupported unsupported, HostedTools hostedTools) {
            this(
                    targets,
                    unsupported,
                    hostedTools,
                    Strategy.PRIORITY,
                    1,
                    List.of(),
                    FallbacksOn.NOTHING,
                    CoolDown.USUAL);
        }

        public Route {
            targets = List.copyOf(targets);
            fallbacks = List.copyOf(fallbacks);
            if (targets.isEmpty()) {
                throw new IllegalArgumentException("a route needs at least one target");
            }
            if (targets.size() > MAX_TARGETS) {
                throw new IllegalArgumentException("a route has at most " + MAX_TARGETS + " targets");
            }
            if (retries < 0 || retries > MAX_RETRIES) {
                throw new IllegalArgumentException("retries must be 0 to " + MAX_RETRIES);
            }
        }
    }

    /** Which target comes first. */
    public enum Strategy {
        PRIORITY,
        WEIGHTED
    }

    /**
     * Models for requests that fail for what they are.
     *
     * @param contextWindow tried in order when a request is too long for a target
     * @param contentPolicy tried in order when a provider's own content filter refuses a request
     */
    public record FallbacksOn(
            @Default("[]") List<String> contextWindow,
            @Default("[]") List<String> contentPolicy) {
        static final FallbacksOn NOTHING = new FallbacksOn(List.of(), List.of());

        public FallbacksOn {
            contextWindow = List.copyOf(contextWindow);
            contentPolicy = List.copyOf(contentPolicy);
        }
    }

    /**
     * When a target is left out.
     *
     * @param failures so many failures in a row within a minute; what no waiting mends, such as a refused credential, counts as
     *     all of them
     * @param pause how long it is left out then, unless it says itself when to come back; doubled with each time that it fails
     *     again, up to ten minutes
     */
    public record CoolDown(
            @Default("3") int failures, @Default("30s") Duration pause) {
        public static final CoolDown USUAL = new CoolDown(3, Duration.ofSeconds(30));

        public CoolDown {
            if (failures < 1) {
                throw new IllegalArgumentException("failures must be at least 1");
            }
            if (pause.isNegative() || pause.compareTo(Duration.ofMinutes(10)) > 0) {
                throw new IllegalArgumentException("pause must be at most 10 minutes; 0s never leaves a target out");
            }
        }
    }

    /** What is done about what a dialect cannot say. */
    public enum Unsupported {
        DROP,
        REJECT
    }

    /** What is done about a provider's own tools. */
    public enum HostedTools {
        STRIP,
        DENY,
        PASS,
        REWRITE
    }

    /**
     * A model at a provider.
     *
     * @param model written {@code provider/model}; a {@code *} in it stands for what the one in the model's name stands for
     * @param weight its part of the calls among those it is weighed with; 1 to 1000
     * @param priority the lowest comes first; absent: its place in the file, from 1
     */
    public record Target(
            String model,
            @Default("1") int weight,
            @Nullable Integer priority) {
        private static final int MAX_WEIGHT = 1000;

        public Target(String model) {
            this(model, 1, null);
        }

        public Target {
            if (model.indexOf('/') < 1 || model.endsWith("/")) {
                throw new IllegalArgumentException("target \"" + model + "\" is not of the form provider/model");
            }
            if (weight < 1 || weight > MAX_WEIGHT) {
                throw new IllegalArgumentException("weight must be 1 to " + MAX_WEIGHT);
            }
        }

        /** The provider's id: what stands before the first slash. */
        public String provider() {
            return model.substring(0, model.indexOf('/'));
        }

        /** The provider's own name of the model, which may contain slashes. */
        public String upstreamModel() {
            return model.substring(model.indexOf('/') + 1);
        }
    }

    public ModelConfig(String name, Route route, @Nullable Integer maxOutputTokens) {
        this(name, route, maxOutputTokens, List.of(), null);
    }

    /** One whose answers are never given again. */
    public ModelConfig(String name, Route route, @Nullable Integer maxOutputTokens, List<String> aliases) {
        this(name, route, maxOutputTokens, aliases, null);
    }

    public ModelConfig {
        aliases = List.copyOf(aliases);
        if (name.isBlank()) {
            throw new IllegalArgumentException("a model needs a name");
        }
        if (name.indexOf('*') != name.lastIndexOf('*')) {
            throw new IllegalArgumentException("model \"" + name + "\" has more than one *");
        }
        if (aliases.size() > MAX_ALIASES) {
            throw new IllegalArgumentException("a model has at most " + MAX_ALIASES + " aliases");
        }
        for (String alias : aliases) {
            if (alias.isBlank() || alias.length() > MAX_NAME || alias.indexOf('*') >= 0) {
                throw new IllegalArgumentException(
                        "alias \"" + alias + "\" must be a name of at most " + MAX_NAME + " characters without *");
            }
        }
        if (maxOutputTokens != null && maxOutputTokens < 1) {
            throw new IllegalArgumentException("max-output-tokens must be at least 1");
        }
    }
}
