package dev.portreeve.gateway.cli;

import dev.portreeve.gateway.config.DataDirectory;
import dev.portreeve.gateway.config.GatewayConfig;
import dev.portreeve.gateway.database.DatabaseBeside;
import dev.portreeve.gateway.database.StartFailure;
import dev.portreeve.hub.ToolServerConfig;
import dev.portreeve.hub.definition.PostgresDefinedTools;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.access.ArgumentType.Members;
import dev.portreeve.policy.call.Resource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Holds the conditions of rules to the definitions of tools that are in use, where there is a database that has some. */
final class RuleCheck {
    private RuleCheck() {}

    /**
     * @param problems what is wrong, one line for each rule
     * @param unchecked why nothing could be looked at; empty if it was, or no rule speaks of arguments
     */
    record Found(List<String> problems, String unchecked) {}

    static Found of(GatewayConfig config) {
        AccessPolicy policy = AccessPolicy.of(config.policies());
        if (!policy.speaksOfArguments()) {
            return new Found(List.of(), "");
        }
        DataDirectory directory = new DataDirectory(config.server().dataDirectory());
        try {
            Optional<DatabaseBeside> running = DatabaseBeside.running(config.database(), directory);
            if (running.isEmpty()) {
                return unchecked("no gateway runs on the data directory \"" + directory.root() + "\"");
            }
            try (DatabaseBeside database = running.get()) {
                return PostgresDefinedTools.arguments(database.app().dataSource(), slugs(config))
                        .map(tools -> found(policy, tools))
                        .orElseGet(() -> unchecked("the database cannot be read, or no gateway has run on it yet"));
            }
        } catch (StartFailure away) {
            return unchecked(String.valueOf(away.getMessage()));
        }
    }

    private static Set<String> slugs(GatewayConfig config) {
        return config.toolServers().stream().map(ToolServerConfig::slug).collect(Collectors.toSet());
    }

    private static Found found(AccessPolicy policy, Map<Resource.Tool, Members> tools) {
        return tools.isEmpty()
                ? unchecked("no definition of a tool is in use there yet")
                : new Found(policy.misfits(tools), "");
    }

    private static Found unchecked(String why) {
        return new Found(List.of(), why);
    }
}
