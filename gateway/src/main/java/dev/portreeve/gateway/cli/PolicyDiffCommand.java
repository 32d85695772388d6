package dev.portreeve.gateway.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code portreeve policy diff}. */
@Command(
        name = "diff",
        description = "what is different between two versions, rule by rule; 0 stands for no rules",
        mixinStandardHelpOptions = true)
public final class PolicyDiffCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ServerOptions server = new ServerOptions();

    @Parameters(
            index = "0",
            paramLabel = "A",
            description = "the first; alone, it is compared with what it was made from")
    private long first;

    @Parameters(index = "1", arity = "0..1", paramLabel = "B", description = "the second")
    private @Nullable Long second;

    public PolicyDiffCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Long after = second;
        String path = after == null
                ? VersionLines.PATH + "/" + first + "/diff"
                : VersionLines.PATH + "/" + after + "/diff?from=" + first;
        try (AdminClient client = server.connect(terminal)) {
            JsonNode diff = client.get(path);
            if (server.json()) {
                terminal.line(diff.toString());
            } else {
                VersionLines.printDiff(terminal, diff);
            }
            return 0;
        }
    }
}
