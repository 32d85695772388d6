package dev.portreeve.gateway.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;

/** {@code portreeve budgets reconcile}. */
@Command(
        name = "reconcile",
        description = "add up ledger, postings and audit records; exit code 1 if they differ",
        mixinStandardHelpOptions = true)
public final class ReconcileCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ServerOptions server = new ServerOptions();

    @Mixin
    private final Period period = new Period();

    public ReconcileCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (AdminClient client = server.connect(terminal)) {
            JsonNode all = client.get("/api/v1/reconciliation?v=1" + period.query());
            boolean agrees = all.path("agrees").asBoolean(false);
            if (server.json()) {
                terminal.line(all.toString());
                return agrees ? 0 : 1;
            }
            List<List<String>> rows = new ArrayList<>();
            for (JsonNode window : all.path("windows")) {
                rows.add(List.of(
                        window.path("budget").asString(),
                        window.path("starts").asString(),
                        window.path("spent").asString(),
                        window.path("posted").asString(),
                        window.path("held").asString(),
                        window.path("open").asString(),
                        window.path("leased").asString(),
                        window.path("shares").asString(),
                        window.path("agrees").asBoolean(false) ? "yes" : "NO"));
            }
            terminal.table(
                    List.of("BUDGET", "SINCE", "SPENT", "POSTED", "HELD", "OPEN", "LEASED", "SHARES", "AGREES"), rows);
            terminal.line(all.path("calls").asString() + " calls: the ledger charges $"
                    + all.path("ledger_usd").asString() + ", the records say $"
                    + all.path("records_usd").asString() + "; $"
                    + all.path("unbudgeted_usd").asString() + " more was spent where no budget in dollars applies");
            for (JsonNode difference : all.path("differences")) {
                terminal.line("call " + difference.path("call").asString() + ": ledger $"
                        + difference.path("ledger_usd").asString("nothing") + ", records $"
                        + difference.path("records_usd").asString("nothing"));
            }
            terminal.line(agrees ? "everything adds up" : "NOT everything adds up");
            return agrees ? 0 : 1;
        }
    }
}
