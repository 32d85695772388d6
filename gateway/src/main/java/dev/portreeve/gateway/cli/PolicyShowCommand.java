package dev.portreeve.gateway.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code portreeve policy show}. */
@Command(
        name = "show",
        description = "the text of a version on the output; who made it, and what is wrong with it, beside that",
        mixinStandardHelpOptions = true)
public final class PolicyShowCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ServerOptions server = new ServerOptions();

    @Parameters(paramLabel = "N", description = "its number")
    private long number;

    public PolicyShowCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (AdminClient client = server.connect(terminal)) {
            JsonNode version = client.get(VersionLines.PATH + "/" + number);
            if (server.json()) {
                terminal.line(version.toString());
                return 0;
            }
            // Beside the text, so that the output can be put into a file and changed there.
            terminal.note(VersionLines.summary(version.path("version")));
            version.path("problems").forEach(problem -> terminal.note("  " + problem.asString()));
            terminal.line(version.path("source").asString().stripTrailing());
            return 0;
        }
    }
}
