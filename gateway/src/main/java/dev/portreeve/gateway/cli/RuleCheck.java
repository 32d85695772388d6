package dev.portreeve.gateway.cli;

import dev.portreeve.gateway.config.DataDirectory;
import dev.portreeve.gateway.config.GatewayConfig;
import dev.portreeve.gateway.database.DatabaseBeside;
import dev.portreeve.gateway.database.StartFailure;
import dev.portreeve.hub.ToolServerConfig;
import dev.portreeve.hub.definition.PostgresDefinedTools;
import dev.portreeve.hub.definition.ToolSchema;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.access.ArgumentType.Members;
import dev.portreeve.policy.call.Resource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Holds the conditions of rules and the prices of tools to the definitions of tools that are in use, where there is a database that has some. */
final class RuleCheck {
    private RuleCheck() {}

    /**
     * @param problems what is wrong, one line for each rule or price
     * @param unchecked why nothing could be looked at; empty if it was, or no rule and no price speaks of arguments
     */
    record Found(List<String> problems, String unchecked) {}

    static Found of(GatewayConfig config) {
        AccessPolicy policy = AccessPolicy.of(config.policies());
        boolean priced = config.toolServers().stream()
                .anyMatch(server -> !server.prices().isEmpty());
        if (!policy.speaksOfArguments() && !priced) {
            return new Found(List.of(), "");
        }
        DataDirectory directory = new DataDirectory(config.server().dataDirectory());
        try {
            Optional<DatabaseBeside> running = DatabaseBeside.running(config.database(), directory);
            if (running.isEmpty()) {
                return unchecked("no gateway runs on the data directory \"" + directory.root() + "\"");
            }
            try (DatabaseBeside database = running.get()) {
                return PostgresDefinedTools.schemas(database.app().dataSource(), slugs(config))
                        .map(tools -> found(policy, config.toolServers(), tools))
                        .orElseGet(() -> unchecked("the database cannot be read, or no gateway has run on it yet"));
            }
        } catch (StartFailure away) {
            return unchecked(String.valueOf(away.getMessage()));
        }
    }

    private static Set<String> slugs(GatewayConfig config) {
        return config.toolServers().stream().map(ToolServerConfig::slug).collect(Collectors.toSet());
    }

    private static Found found(
            AccessPolicy policy, List<ToolServerConfig> servers, Map<Resource.Tool, ToolSchema> tools) {
        if (tools.isEmpty()) {
            return unchecked("no definition of a tool is in use there yet");
        }
        Map<Resource.Tool, Members> arguments = new HashMap<>();
        tools.forEach((tool, schema) -> arguments.put(tool, schema.arguments()));
        List<String> problems = new ArrayList<>();
        policy.misfits(arguments).forEach(problem -> problems.add("policies: " + problem));
        servers.forEach(server -> problems.addAll(misfits(server, tools)));
        return new Found(problems, "");
    }

    private static List<String> misfits(ToolServerConfig server, Map<Resource.Tool, ToolSchema> tools) {
        String at = "tool-servers: the server \"" + server.slug() + "\": ";
        List<String> problems = new ArrayList<>();
        List<String> names = new ArrayList<>();
        tools.forEach((tool, schema) -> {
            if (tool.server().equals(server.slug())) {
                names.add(tool.tool());
                String misfit = server.toolPrices().of(tool.tool(), schema).misfit();
                if (misfit != null) {
                    problems.add(at + misfit);
                }
            }
        });
        server.prices().stream()
                .filter(price -> !names.isEmpty() && names.stream().noneMatch(price::covers))
                .forEach(price -> problems.add(at + "no tool in use is \"" + price.tool() + "\", which has a price"));
        return problems;
    }

    private static Found unchecked(String why) {
        return new Found(List.of(), why);
    }
}
