package dev.portreeve.policy.call;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * To what a key confined the one it made: patterns of names as rules have them, in which {@code *} stands for any run of
 * characters. A kind that is {@code null} is confined to nothing further; an empty list leaves nothing of it. Immutable.
 *
 * @param models names of models, as callers use them
 * @param tools {@code server__tool}
 * @param prompts {@code server__prompt}
 * @param resources addresses of resources, as callers of all servers know them
 * @param hostedTools {@code provider/tool}, what providers would run by themselves
 * @param budget what it may spend of what the key above may; {@code null} for no less
 */
public record Confines(
        @Nullable List<String> models,
        @Nullable List<String> tools,
        @Nullable List<String> prompts,
        @Nullable List<String> resources,
        @Nullable List<String> hostedTools,
        @Nullable Carve budget) {
    /** To nothing. */
    public static final Confines NONE = new Confines(null, null, null, null, null);

    /** To things only. */
    public Confines(
            @Nullable List<String> models,
            @Nullable List<String> tools,
            @Nullable List<String> prompts,
            @Nullable List<String> resources,
            @Nullable List<String> hostedTools) {
        this(models, tools, prompts, resources, hostedTools, null);
    }

    public Confines {
        models = copy(models);
        tools = copy(tools);
        prompts = copy(prompts);
        resources = copy(resources);
        hostedTools = copy(hostedTools);
    }

    private static @Nullable List<String> copy(@Nullable List<String> patterns) {
        return patterns == null ? null : List.copyOf(patterns);
    }

    /** The patterns that a resource must match one of; {@code null} if there is no bound on its kind. */
    public @Nullable List<String> of(Resource resource) {
        return switch (resource) {
            case Resource.Model ignored -> models;
            case Resource.Tool ignored -> tools;
            case Resource.Prompt ignored -> prompts;
            case Resource.ServerResource ignored -> resources;
            case Resource.HostedTool ignored -> hostedTools;
        };
    }
}
