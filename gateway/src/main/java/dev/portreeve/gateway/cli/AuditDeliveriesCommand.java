package dev.portreeve.gateway.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code portreeve audit deliveries [replay|skip|retry]}. */
@Command(
        name = "deliveries",
        description = "how far records are on their way to other systems",
        exitCodeListHeading = "%nExit codes of this command:%n",
        exitCodeList = {"0:nothing fails", "1:a delivery fails or is held", "3:no server answers"},
        mixinStandardHelpOptions = true)
public final class AuditDeliveriesCommand implements Callable<Integer> {
    private static final String ADDRESS = "/api/v1/audit/deliveries";
    private final Terminal terminal;

    @Mixin
    private final ServerOptions server = new ServerOptions();

    public AuditDeliveriesCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (AdminClient client = server.connect(terminal)) {
            JsonNode found = client.get(ADDRESS);
            int code = found.path("deliveries").valueStream().anyMatch(AuditDeliveriesCommand::isInTrouble)
                    ? CliFailure.NO
                    : 0;
            if (server.json()) {
                terminal.line(found.toString());
                return code;
            }
            List<List<String>> rows = new ArrayList<>();
            for (JsonNode line : found.path("deliveries")) {
                rows.add(List.of(
                        line.path("delivery").asString(),
                        line.path("tenant").asString(),
                        line.path("configured").asBoolean() ? line.path("state").asString() : "not configured",
                        String.valueOf(line.path("next").asLong()),
                        String.valueOf(line.path("behind").asLong()),
                        line.path("waiting_since").asString(""),
                        line.path("acknowledged_at").asString(""),
                        line.path("failure").asString("")));
            }
            terminal.table(
                    List.of(
                            "DELIVERY",
                            "TENANT",
                            "STATE",
                            "NEXT",
                            "BEHIND",
                            "WAITING SINCE",
                            "ACKNOWLEDGED",
                            "FAILURE"),
                    rows);
            for (JsonNode id : found.path("waiting")) {
                terminal.note("delivery " + id.asString() + " has not begun: no record is signed that it could send");
            }
            return code;
        }
    }

    private static boolean isInTrouble(JsonNode line) {
        return line.path("configured").asBoolean()
                && !line.path("failure").asString("").isEmpty();
    }

    @Command(name = "replay", description = "deliver records again from an index on", mixinStandardHelpOptions = true)
    int replay(
            @Mixin ServerOptions options,
            @Mixin Order order,
            @Parameters(paramLabel = "DELIVERY", description = "its id") String delivery,
            @Option(
                            names = "--from",
                            required = true,
                            paramLabel = "INDEX",
                            description = "the index of the first record to send again")
                    long from) {
        ObjectNode body = order.body();
        body.put("from", from);
        return move(options, delivery, "replay", body, "goes on from index " + from);
    }

    @Command(
            name = "skip",
            description = "pass over what the receiver refuses, which is then not delivered",
            mixinStandardHelpOptions = true)
    int skip(
            @Mixin ServerOptions options,
            @Mixin Order order,
            @Parameters(paramLabel = "DELIVERY", description = "its id") String delivery) {
        return move(options, delivery, "skip", order.body(), "goes on after what was refused");
    }

    @Command(
            name = "retry",
            description = "try at once what is held or waits for its next attempt",
            mixinStandardHelpOptions = true)
    int retry(
            @Mixin ServerOptions options,
            @Mixin Order order,
            @Parameters(paramLabel = "DELIVERY", description = "its id") String delivery) {
        return move(options, delivery, "retry", order.body(), "tries again");
    }

    private int move(ServerOptions options, String delivery, String action, ObjectNode body, String done) {
        try (AdminClient client = options.connect(terminal)) {
            JsonNode moved = client.post(ADDRESS + "/" + PathSegment.of(delivery) + "/" + action, body);
            terminal.line(
                    options.json()
                            ? moved.toString()
                            : "delivery " + delivery + " was at index "
                                    + moved.path("before").asLong() + " and " + done);
            return 0;
        }
    }
}
