package dev.portreeve.gateway.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code portreeve audit erase}. */
@Command(
        name = "erase",
        description = "destroy the key of a subject's contents, for good; records and proofs stay",
        mixinStandardHelpOptions = true)
public final class AuditEraseCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ServerOptions server = new ServerOptions();

    @Option(names = "--subject", required = true, paramLabel = "WHO", description = "user:anna or agent:triage-bot")
    private String subject = "";

    @Mixin
    private final Order order = new Order();

    public AuditEraseCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        ObjectNode body = order.body();
        body.put("subject", subject);
        try (AdminClient client = server.connect(terminal)) {
            JsonNode erased = client.post("/api/v1/audit/erasures", body);
            if (server.json()) {
                terminal.line(erased.toString());
                return 0;
            }
            terminal.line(
                    subject + " is erased: record " + erased.path("record").asString());
            terminal.line("  keys of contents destroyed: " + erased.path("keys").asString());
            erased.path("elsewhere")
                    .properties()
                    .forEach(store -> terminal.line("  " + store.getKey().replace('_', ' ') + ": "
                            + store.getValue().asString()));
            return 0;
        }
    }
}
