package dev.portreeve.gateway.cli;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code portreeve budgets burn-down}. */
@Command(
        name = "burn-down",
        description = "how a budget was spent since its window began",
        mixinStandardHelpOptions = true)
public final class BurnDownCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ServerOptions server = new ServerOptions();

    @Parameters(paramLabel = "BUDGET", description = "its id, such as member:triage-bot:daily")
    private String budget = "";

    @Option(names = "--tenant", description = "needed where there are several")
    private @Nullable String tenant;

    public BurnDownCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (AdminClient client = server.connect(terminal)) {
            JsonNode found = client.get(
                    "/api/v1/burn-down?v=1" + Period.parameter("budget", budget) + Period.parameter("tenant", tenant));
            if (server.json()) {
                terminal.line(found.toString());
                return 0;
            }
            BigDecimal limit = new BigDecimal(found.path("limit").asString("0"));
            List<List<String>> rows = new ArrayList<>();
            for (JsonNode point : found.path("points")) {
                BigDecimal spent = new BigDecimal(point.path("spent").asString("0"));
                rows.add(List.of(
                        point.path("until").asString(),
                        spent.toPlainString(),
                        limit.subtract(spent).max(BigDecimal.ZERO).toPlainString(),
                        bar(spent, limit)));
            }
            terminal.table(List.of("UNTIL", "SPENT", "LEFT", ""), rows);
            terminal.line(found.path("spent").asString() + " of " + limit.toPlainString() + " "
                    + found.path("unit").asString() + " spent, "
                    + found.path("held").asString() + " held, "
                    + found.path("leased").asString() + " set aside by gateways");
            return 0;
        }
    }

    private static String bar(BigDecimal spent, BigDecimal limit) {
        int width = 40;
        int filled = limit.signum() == 0
                ? width
                : spent.multiply(BigDecimal.valueOf(width))
                        .divideToIntegralValue(limit)
                        .min(BigDecimal.valueOf(width))
                        .intValue();
        return "#".repeat(filled) + ".".repeat(width - filled);
    }
}
