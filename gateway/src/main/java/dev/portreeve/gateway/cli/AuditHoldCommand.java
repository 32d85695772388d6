package dev.portreeve.gateway.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code portreeve audit hold add|list|release}. */
@Command(
        name = "hold",
        description = "keep records and contents from being dropped or erased",
        mixinStandardHelpOptions = true)
public final class AuditHoldCommand {
    private static final String ADDRESS = "/api/v1/audit/holds";
    private final Terminal terminal;

    public AuditHoldCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Command(name = "add", description = "place a legal hold", mixinStandardHelpOptions = true)
    int add(
            @Mixin ServerOptions server,
            @Mixin Order order,
            @Option(
                            names = "--subject",
                            paramLabel = "WHO",
                            description = "user:anna; everybody of the tenant if not said")
                    @Nullable
                    String subject,
            @Option(names = "--since", paramLabel = "2026-11-01", description = "the earliest record it covers")
                    @Nullable
                    String since,
            @Option(names = "--until", paramLabel = "2026-12-01", description = "not included") @Nullable
                    String until) {
        ObjectNode body = order.body();
        put(body, "subject", subject);
        put(body, "since", since);
        put(body, "until", until);
        try (AdminClient client = server.connect(terminal)) {
            JsonNode placed = client.post(ADDRESS, body);
            terminal.line(
                    server.json() ? placed.toString() : placed.path("hold").asString());
            return 0;
        }
    }

    private static void put(ObjectNode body, String name, @Nullable String value) {
        if (value != null) {
            body.put(name, value);
        }
    }

    @Command(name = "list", description = "the holds in force", mixinStandardHelpOptions = true)
    int list(
            @Mixin ServerOptions server,
            @Option(names = "--tenant", description = "needed where there are several") @Nullable String tenant,
            @Option(names = "--ended", description = "those that were released too") boolean ended) {
        try (AdminClient client = server.connect(terminal)) {
            JsonNode found = client.get(ADDRESS + "?ended=" + ended + Period.parameter("tenant", tenant));
            if (server.json()) {
                terminal.line(found.toString());
                return 0;
            }
            List<List<String>> rows = new ArrayList<>();
            for (JsonNode hold : found.path("holds")) {
                rows.add(List.of(
                        hold.path("hold").asString(),
                        hold.path("subject").isString() ? hold.path("subject").asString() : "everybody",
                        hold.path("since").isString() ? hold.path("since").asString() : "",
                        hold.path("until").isString() ? hold.path("until").asString() : "",
                        hold.path("by").asString(),
                        hold.path("at").asString(),
                        hold.path("released").isObject() ? "released" : "in force",
                        hold.path("reason").asString()));
            }
            terminal.table(List.of("HOLD", "WHO", "SINCE", "UNTIL", "BY", "PLACED", "STATE", "REASON"), rows);
            return 0;
        }
    }

    @Command(name = "release", description = "end a hold", mixinStandardHelpOptions = true)
    int release(
            @Mixin ServerOptions server,
            @Mixin Order order,
            @Parameters(paramLabel = "HOLD", description = "its id") String hold) {
        try (AdminClient client = server.connect(terminal)) {
            JsonNode ignored = client.post(ADDRESS + "/" + PathSegment.of(hold) + "/release", order.body());
            terminal.line("hold " + hold + " is released");
            return ignored.isEmpty() ? 0 : CliFailure.BUG;
        }
    }
}
