package dev.portreeve.gateway.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;

/** {@code portreeve budgets}. */
@Command(name = "budgets", description = "what is spent, held and left", mixinStandardHelpOptions = true)
public final class BudgetsCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ServerOptions server = new ServerOptions();

    public BudgetsCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (AdminClient client = server.connect(terminal)) {
            JsonNode answer = client.get("/api/v1/budgets");
            if (server.json()) {
                terminal.line(answer.toString());
                return 0;
            }
            List<List<String>> rows = new ArrayList<>();
            for (JsonNode line : answer.path("budgets")) {
                rows.add(List.of(
                        line.path("tenant").asString(),
                        line.path("id").asString(),
                        line.path("window").asString(),
                        narrowed(line),
                        line.path("state").asString(),
                        line.path("unit").asString(),
                        line.path("limit").asString() + raised(line),
                        line.path("spent").asString(),
                        line.path("held").asString(),
                        line.path("remaining").asString(),
                        Terminal.orDash(line.path("resets_at").asString(""))));
            }
            terminal.table(
                    List.of(
                            "TENANT", "BUDGET", "WINDOW", "FOR", "STATE", "UNIT", "LIMIT", "SPENT", "HELD", "LEFT",
                            "RESETS"),
                    rows);
            noteRates(answer.path("budgets"));
            return 0;
        }
    }

    /** Each currency once, the old ones apart: their budgets may allow more or less than people mean. */
    private void noteRates(JsonNode lines) {
        Set<String> notes = new TreeSet<>();
        for (JsonNode line : lines) {
            JsonNode rate = line.path("rate");
            if (rate.isObject()) {
                notes.add("a dollar is " + rate.path("per_usd").asString() + " "
                        + line.path("unit").asString().toUpperCase(Locale.ROOT) + " since "
                        + rate.path("date").asString()
                        + (rate.path("old").asBoolean()
                                ? ", which is long ago: add a newer rate to organisation.rates"
                                : ""));
            }
        }
        notes.forEach(terminal::note);
    }

    private static String raised(JsonNode line) {
        return line.path("raises").isEmpty() ? "" : " (raised)";
    }

    private static String narrowed(JsonNode line) {
        String session = line.path("session").asString("");
        String scope = Terminal.orDash(line.path("scope").asString(""));
        return session.isEmpty() ? scope : scope + " " + session;
    }
}
