package dev.portreeve.gateway.cli;

import dev.portreeve.gateway.config.ConfigFile;
import dev.portreeve.gateway.config.GatewayConfig;
import dev.portreeve.gateway.explain.Places;
import dev.portreeve.hub.ToolServerConfig;
import dev.portreeve.hub.definition.DefinitionPolicy;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.budget.OldRates;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code portreeve check}: reads a configuration as {@code serve} would, and stops there. */
@Command(
        name = "check",
        description = "read the configuration and list everything that is wrong with it",
        mixinStandardHelpOptions = true)
public final class CheckCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            defaultValue = "portreeve.yaml",
            description = "default: ${DEFAULT-VALUE}")
    private Path config = ServerOptions.DEFAULT_CONFIG;

    public CheckCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        GatewayConfig read = ConfigFile.read(config, terminal.environment());
        RuleCheck.Found rules = RuleCheck.of(read);
        if (!rules.problems().isEmpty()) {
            throw new CliFailure(
                    CliFailure.USAGE,
                    rules.problems().stream()
                            .map(problem -> config + ": " + problem)
                            .collect(Collectors.joining("\n")));
        }
        terminal.good(config + " is fine: " + read.providers().size() + " providers, "
                + read.models().size()
                + " models, " + read.toolServers().size() + " tool servers, "
                + read.policies().size() + " rules, " + read.guardrails().size() + " guardrails");
        List<String> waiting = read.toolServers().stream()
                .filter(server -> !server.disabled() && server.definitions() == DefinitionPolicy.BLOCK)
                .map(ToolServerConfig::slug)
                .toList();
        if (!waiting.isEmpty()) {
            terminal.note("callers see no tool, prompt or resource of " + String.join(", ", waiting)
                    + " before you accept it (definitions: block): once the gateway runs, portreeve tools list --waiting and"
                    + " portreeve tools accept " + waiting.getFirst());
        }
        OldRates.of(read.organisation(), Instant.now()).forEach(terminal::note);
        Places.of(read).misfits(AccessPolicy.of(read.policies())).forEach(terminal::note);
        if (!rules.unchecked().isEmpty()) {
            terminal.note("what rules and prices say of arguments was not held against the definitions of tools: "
                    + rules.unchecked());
        }
        return 0;
    }
}
