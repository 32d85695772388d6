package dev.portreeve.gateway.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code portreeve policy versions}. */
@Command(
        name = "versions",
        description = "which versions of the rules there are, newest first, and which is in force",
        mixinStandardHelpOptions = true)
public final class PolicyVersionsCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ServerOptions server = new ServerOptions();

    @Option(names = "--below", paramLabel = "N", description = "only those with smaller numbers, for the next page")
    private @Nullable Long below;

    public PolicyVersionsCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (AdminClient client = server.connect(terminal)) {
            JsonNode page = client.get(VersionLines.PATH + (below == null ? "" : "?below=" + below));
            if (server.json()) {
                terminal.line(page.toString());
                return 0;
            }
            inForce(page.path("in_force"));
            List<List<String>> rows = new ArrayList<>();
            for (JsonNode version : page.path("versions")) {
                rows.add(List.of(
                        version.path("number").asString(),
                        version.path("state").asString(),
                        version.path("rules").asString(),
                        version.path("author").asString(),
                        version.path("drafted_at").asString(),
                        Terminal.orDash(version.path("published_by").asString("")),
                        Terminal.orDash(version.path("published_at").asString("")),
                        version.path("reason").asString()));
            }
            if (!rows.isEmpty()) {
                terminal.table(
                        List.of("VERSION", "STATE", "RULES", "AUTHOR", "MADE", "PUBLISHED BY", "PUBLISHED", "WHY"),
                        rows);
            }
            JsonNode next = page.path("next");
            if (next.isNumber()) {
                terminal.line("more with: --below " + next.asLong());
            }
            return 0;
        }
    }

    private void inForce(JsonNode state) {
        long number = state.path("version").asLong();
        terminal.line((number == 0
                        ? "no version is in force, only the rules of the configuration"
                        : "version " + number + " is in force beside the rules of the configuration")
                + " (policy " + state.path("policy_version").asString() + ")");
        JsonNode refused = state.path("refused");
        if (refused.isObject()) {
            terminal.bad("version " + refused.path("version").asLong()
                    + " is published and cannot be in force at this gateway:");
            refused.path("problems").forEach(problem -> terminal.line("  " + problem.asString()));
        }
    }
}
