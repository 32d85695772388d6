package dev.portreeve.gateway.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;

/** {@code portreeve models}. */
@Command(
        name = "models",
        description = "where model calls go, and which places are left out just now",
        mixinStandardHelpOptions = true)
public final class ModelsCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ServerOptions server = new ServerOptions();

    public ModelsCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (AdminClient client = server.connect(terminal)) {
            JsonNode answer = client.get("/api/v1/models");
            if (server.json()) {
                terminal.line(answer.toString());
                return 0;
            }
            List<List<String>> rows = new ArrayList<>();
            for (JsonNode place : answer.path("places")) {
                List<String> names = new ArrayList<>();
                place.path("models").forEach(name -> names.add(name.asString("")));
                rows.add(List.of(
                        Terminal.orDash(String.join(", ", names)),
                        place.path("provider").asString(""),
                        place.path("model").asString(""),
                        Terminal.orDash(place.path("key").asString("")),
                        place.path("state").asString("").replace('_', ' '),
                        place.path("failures").asString("0"),
                        Terminal.orDash(place.path("last_failure").asString("")),
                        Terminal.orDash(place.path("left_out_until").asString(""))));
            }
            terminal.table(
                    List.of("NAMES", "PROVIDER", "MODEL", "KEY", "STATE", "FAILURES", "LAST FAILURE", "OUT UNTIL"),
                    rows);
            return 0;
        }
    }
}
