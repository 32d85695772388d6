package dev.portreeve.gateway.explain;

import dev.portreeve.gateway.config.GatewayConfig;
import dev.portreeve.gateway.config.ModelConfig;
import dev.portreeve.gateway.config.ProviderConfig;
import dev.portreeve.hub.ToolServerConfig;
import dev.portreeve.policy.call.Resource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds what is meant by a name. Names of models and tool servers are those of the configuration; names of tools can be checked only
 * where a gateway runs.
 *
 * @param offered names of tools and prompts as callers know them; empty where nobody knows them. May block
 */
public record Things(
        @Nullable Set<String> models,
        @Nullable Set<String> providers,
        @Nullable Set<String> servers,
        Supplier<Set<String>> offered) {
    /** Whatever is named is taken as there. */
    static final Things ANY = new Things(null, null, null, Set::of);

    private static final Pattern URI =
            Pattern.compile("(?:mcp\\+([a-z0-9-]{1,24})\\+|ui://([a-z0-9-]{1,24})/).*", Pattern.DOTALL);

    /** Those of a configuration. */
    public static Things of(GatewayConfig config, Supplier<Set<String>> offered) {
        return new Things(
                Set.copyOf(config.models().stream().map(ModelConfig::name).toList()),
                Set.copyOf(config.providers().stream().map(ProviderConfig::id).toList()),
                Set.copyOf(config.toolServers().stream()
                        .map(ToolServerConfig::slug)
                        .toList()),
                offered);
    }

    /** @throws UnknownName if it is not there, or not exactly one thing is named */
    Resource find(CallQuestion question) {
        List<Resource> named = new ArrayList<>();
        add(named, model(question.model()));
        add(named, tool(question.tool()));
        add(named, prompt(question.prompt()));
        add(named, resource(question.resource()));
        add(named, hosted(question.hostedTool()));
        if (named.size() != 1) {
            throw new UnknownName(
                    "name one thing that is called: a tool, a model, a prompt, a resource or a hosted tool");
        }
        return named.getFirst();
    }

    private static void add(List<Resource> named, @Nullable Resource resource) {
        if (resource != null) {
            named.add(resource);
        }
    }

    private @Nullable Resource model(@Nullable String name) {
        if (name == null) {
            return null;
        }
        int slash = name.indexOf('/');
        boolean routed = slash >= 0 && isKnown(providers, name.substring(0, slash));
        if (models != null && !models.contains(name) && !routed) {
            throw UnknownName.of("model", name, models);
        }
        return new Resource.Model(name);
    }

    private @Nullable Resource tool(@Nullable String name) {
        String server = server("tool", name);
        return name == null || server == null
                ? null
                : new Resource.Tool(server, name.substring(server.length() + 2), "");
    }

    private @Nullable Resource prompt(@Nullable String name) {
        String server = server("prompt", name);
        return name == null || server == null ? null : new Resource.Prompt(server, name.substring(server.length() + 2));
    }

    private @Nullable String server(String what, @Nullable String name) {
        if (name == null) {
            return null;
        }
        int split = name.indexOf("__");
        if (split < 0) {
            throw new UnknownName("a " + what + " is named slug__" + what + ", which \"" + name + "\" is not");
        }
        String server = name.substring(0, split);
        requireServer(server);
        Collection<String> there = offered.get();
        if (!there.isEmpty() && !there.contains(name)) {
            throw UnknownName.of(what, name, there);
        }
        return server;
    }

    private @Nullable Resource resource(@Nullable String uri) {
        if (uri == null) {
            return null;
        }
        Matcher parts = URI.matcher(uri);
        if (!parts.matches()) {
            throw new UnknownName("a resource is named as /mcp shows it: mcp+slug+ before the server's own URI, as in"
                    + " mcp+files+file:///workspace/a.txt");
        }
        String server = parts.group(1) == null ? parts.group(2) : parts.group(1);
        requireServer(server);
        return new Resource.ServerResource(server, uri);
    }

    private @Nullable Resource hosted(@Nullable String name) {
        if (name == null) {
            return null;
        }
        int slash = name.indexOf('/');
        if (slash < 0 || !isKnown(providers, name.substring(0, slash))) {
            throw UnknownName.of(
                    "provider", slash < 0 ? name : name.substring(0, slash), providers == null ? Set.of() : providers);
        }
        return new Resource.HostedTool(
                name.substring(0, slash), Resource.HostedTool.canonical(name.substring(slash + 1)));
    }

    private void requireServer(String server) {
        if (servers != null && !servers.contains(server)) {
            throw UnknownName.of("tool server", server, servers);
        }
    }

    private static boolean isKnown(@Nullable Set<String> names, String name) {
        return names == null || names.contains(name);
    }
}
