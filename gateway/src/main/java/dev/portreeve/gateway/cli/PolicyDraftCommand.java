package dev.portreeve.gateway.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code portreeve policy draft}. */
@Command(
        name = "draft",
        description = "store a file with policies as a version that can be published; nothing is in force by that",
        mixinStandardHelpOptions = true)
public final class PolicyDraftCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ServerOptions server = new ServerOptions();

    @Parameters(
            paramLabel = "FILE",
            description = "a file with policies: all rules that are to be in force beside the configuration's")
    private Path file = Path.of("");

    @Option(names = "--reason", required = true, description = "why, for the record and for whoever reads the versions")
    private String reason = "";

    @Option(names = "--as", paramLabel = "NAME", description = "who made it (default: operator)")
    private @Nullable String as;

    @Option(
            names = "--from",
            paramLabel = "N",
            description =
                    "the version the file was made from (default: the one in force); it is published only while that is in force")
    private @Nullable Long from;

    @Option(
            names = "--scenarios",
            paramLabel = "FILE",
            description =
                    "scenarios that must hold when it is published (default: those of the version it was made from)")
    private @Nullable Path scenarios;

    @Option(names = "--no-scenarios", description = "leave out those of the version it was made from")
    private boolean noScenarios;

    public PolicyDraftCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        ObjectNode body = JsonMapper.shared().createObjectNode();
        body.put("source", text(file));
        body.put("reason", reason);
        if (as != null) {
            body.put("as", as);
        }
        if (from != null) {
            body.put("from", from);
        }
        Path given = scenarios;
        if (given != null && noScenarios) {
            throw new CliFailure(CliFailure.USAGE, "--scenarios and --no-scenarios say different things");
        }
        if (given != null || noScenarios) {
            body.put("scenarios", given == null ? "" : text(given));
        }
        try (AdminClient client = server.connect(terminal)) {
            JsonNode made = client.post(VersionLines.PATH, body);
            if (server.json()) {
                terminal.line(made.toString());
                return 0;
            }
            long number = made.path("version").path("number").asLong();
            terminal.line("version " + number + " is a draft, made from version "
                    + made.path("version").path("parent").asLong());
            VersionLines.printDiff(terminal, made.path("diff"));
            if (VersionLines.printProblems(terminal, made.path("problems")) == 0) {
                terminal.line("publish it with: portreeve policy publish " + number);
            }
            return 0;
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new CliFailure(CliFailure.USAGE, "\"" + file + "\" cannot be read", unreadable);
        }
    }
}
