package dev.portreeve.gateway.cli;

import java.math.BigDecimal;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code portreeve budgets raise}. */
@Command(name = "raise", description = "add to a budget's limit for a while", mixinStandardHelpOptions = true)
public final class RaiseCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ServerOptions server = new ServerOptions();

    @Parameters(paramLabel = "BUDGET", description = "its id, such as member:triage-bot:daily")
    private String budget = "";

    @Option(
            names = "--by",
            required = true,
            paramLabel = "50",
            converter = Amount.class,
            description = "how much, in what the budget counts: dollars or another currency, tokens, or calls")
    private BigDecimal by = BigDecimal.ZERO;

    @Option(
            names = "--until",
            required = true,
            paramLabel = "WHEN",
            description = "2026-12-01T18:00:00Z, or a day such as 2026-12-01, which begins at midnight in UTC")
    private String until = "";

    @Mixin
    private final Order order = new Order();

    public RaiseCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        ObjectNode body = order.body();
        body.put("budget", budget).put("by", by).put("until", until);
        try (AdminClient client = server.connect(terminal)) {
            JsonNode raised = client.post("/api/v1/budgets/raises", body);
            terminal.line(
                    server.json()
                            ? raised.toString()
                            : budget + " has " + raised.path("by").asString() + " more until "
                                    + raised.path("until").asString());
            return 0;
        }
    }
}
