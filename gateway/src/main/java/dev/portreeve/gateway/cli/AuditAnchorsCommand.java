package dev.portreeve.gateway.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;

/** {@code portreeve audit anchors}. */
@Command(
        name = "anchors",
        description = "where heads of the log are put outside the database, and which each has confirmed last",
        mixinStandardHelpOptions = true)
public final class AuditAnchorsCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private ServerOptions server;

    public AuditAnchorsCommand(Terminal terminal) {
        this.terminal = terminal;
        this.server = new ServerOptions();
    }

    /** Ends with 1 if an anchor fails. */
    @Override
    public Integer call() {
        try (AdminClient client = server.connect(terminal)) {
            JsonNode found = client.get("/api/v1/audit/anchors");
            List<List<String>> rows = new ArrayList<>();
            List<String> problems = new ArrayList<>();
            for (JsonNode anchor : found.path("anchors")) {
                String name = anchor.path("anchor").asString("");
                String problem = anchor.path("problem").asString("");
                rows.add(List.of(
                        name,
                        anchor.path("kind").asString(""),
                        anchor.path("size").asString(""),
                        anchor.path("confirmed_at").asString(""),
                        problem.isEmpty() ? "well" : "failing",
                        anchor.path("place").asString("")));
                if (!problem.isEmpty()) {
                    problems.add("anchor " + name + " fails since "
                            + anchor.path("failing_since").asString("") + ": " + problem);
                }
            }
            if (server.json()) {
                terminal.line(found.toString());
            } else if (rows.isEmpty()) {
                terminal.line("no anchor is configured: see audit.anchors");
            } else {
                terminal.table(List.of("anchor", "kind", "head", "confirmed", "state", "place"), rows);
                problems.forEach(terminal::bad);
            }
            return problems.isEmpty() ? 0 : CliFailure.NO;
        }
    }
}
