package dev.portreeve.gateway.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;

/** {@code portreeve stops}. */
@Command(name = "stops", description = "who is stopped, by whom and why", mixinStandardHelpOptions = true)
public final class StopsCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ServerOptions server = new ServerOptions();

    public StopsCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (AdminClient client = server.connect(terminal)) {
            JsonNode answer = client.get("/api/v1/stops");
            if (server.json()) {
                terminal.line(answer.toString());
                return 0;
            }
            List<List<String>> rows = new ArrayList<>();
            for (JsonNode stop : answer.path("stops")) {
                rows.add(List.of(
                        stop.path("tenant").asString(),
                        stop.path("owner").asString(),
                        stop.path("by").asString(),
                        stop.path("at").asString(),
                        stop.path("reason").asString()));
            }
            terminal.table(List.of("TENANT", "WHO", "BY", "SINCE", "REASON"), rows);
            return 0;
        }
    }
}
