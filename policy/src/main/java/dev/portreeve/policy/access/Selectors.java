package dev.portreeve.policy.access;

import java.util.List;

/**
 * What a rule is about: any of the names it gives, as far as the call came in by one of its views and at one of its times.
 *
 * @param models globs over model names ({@code *} matches any run of characters)
 * @param targets globs over the places that models lead to, as {@code provider/model} with the provider's own name of the model: {@code
 *     openai/*}. Only in rules that deny: calls of these models, or of any where none is named, are not sent there
 * @param tools globs over tool names in the form {@code slug__tool}
 * @param prompts globs over prompt names in the form {@code slug__prompt}
 * @param resources globs over the URIs of resources and templates as callers of all servers see them: {@code
 *     mcp+slug+} before the server's own, or {@code ui://slug/} in place of {@code ui://}
 * @param hostedTools globs over the tools that providers run by themselves, as {@code provider/tool} or only {@code tool}: {@code
 *     openai/web_search}, {@code code_*}, {@code mcp}; dates and other endings of their names do not count
 * @param servers globs over the slugs of tool servers: all tools, prompts and resources of these
 * @param views globs over what stands behind {@code /mcp/}; with any, the rule is about calls that came in there
 * @param times windows such as {@code Mon-Fri 08:00-18:00 Europe/Berlin}; with any, the rule holds within them
 */
public record Selectors(
        List<String> models,
        List<String> targets,
        List<String> tools,
        List<String> prompts,
        List<String> resources,
        List<String> hostedTools,
        List<String> servers,
        List<String> views,
        List<String> times) {

    public Selectors {
        models = models == null ? List.of() : List.copyOf(models);
        targets = targets == null ? List.of() : List.copyOf(targets);
        tools = tools == null ? List.of() : List.copyOf(tools);
        prompts = prompts == null ? List.of() : List.copyOf(prompts);
        resources = resources == null ? List.of() : List.copyOf(resources);
        hostedTools = hostedTools == null ? List.of() : List.copyOf(hostedTools);
        servers = servers == null ? List.of() : List.copyOf(servers);
        views = views == null ? List.of() : List.copyOf(views);
        times = times == null ? List.of() : List.copyOf(times);
    }

    /** Wherever models lead. */
    public Selectors(
            List<String> models,
            List<String> tools,
            List<String> prompts,
            List<String> resources,
            List<String> hostedTools,
            List<String> servers,
            List<String> views,
            List<String> times) {
        this(models, List.of(), tools, prompts, resources, hostedTools, servers, views, times);
    }

    /** Names only, of whatever kind, by every way and at any time. */
    public Selectors(
            List<String> models,
            List<String> tools,
            List<String> prompts,
            List<String> resources,
            List<String> hostedTools) {
        this(models, tools, prompts, resources, hostedTools, List.of(), List.of(), List.of());
    }

    /** Names of tools. */
    public static Selectors tools(String... globs) {
        return new Selectors(List.of(), List.of(globs), List.of(), List.of(), List.of());
    }

    /** Places that models lead to. */
    public static Selectors targets(String... globs) {
        List<String> none = List.of();
        return new Selectors(none, List.of(globs), none, none, none, none, none, none, none);
    }

    /** Slugs of servers. */
    public static Selectors servers(String... globs) {
        return new Selectors(
                List.of(), List.of(), List.of(), List.of(), List.of(), List.of(globs), List.of(), List.of());
    }

    /** The same, only for calls of these models. */
    public Selectors of(String... models) {
        return new Selectors(List.of(models), targets, tools, prompts, resources, hostedTools, servers, views, times);
    }

    /** The same, only for what comes in by these views. */
    public Selectors by(String... views) {
        return new Selectors(models, targets, tools, prompts, resources, hostedTools, servers, List.of(views), times);
    }

    /** The same, only at these times. */
    public Selectors at(String... times) {
        return new Selectors(models, targets, tools, prompts, resources, hostedTools, servers, views, List.of(times));
    }

    /** Whether it names nothing at all. */
    boolean isEmpty() {
        return models.isEmpty()
                && targets.isEmpty()
                && tools.isEmpty()
                && prompts.isEmpty()
                && resources.isEmpty()
                && hostedTools.isEmpty()
                && servers.isEmpty();
    }
}
