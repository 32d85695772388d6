package dev.portreeve.gateway.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code portreeve budgets freeze}, {@code close} and {@code open}. */
@Command(mixinStandardHelpOptions = true)
public abstract class BudgetStateCommand implements Callable<Integer> {
    private final Terminal terminal;
    private final String state;

    @Mixin
    private final ServerOptions server = new ServerOptions();

    @Parameters(paramLabel = "BUDGET", description = "its id, such as member:triage-bot:daily")
    private String budget = "";

    @Mixin
    private final Order order = new Order();

    private BudgetStateCommand(Terminal terminal, String state) {
        this.terminal = terminal;
        this.state = state;
    }

    /** Refuses everything that would take of a budget, until it is opened. */
    @Command(name = "freeze", description = "refuse every call that would take of a budget, until it is opened")
    public static final class Freeze extends BudgetStateCommand {
        public Freeze(Terminal terminal) {
            super(terminal, "frozen");
        }
    }

    /** Refuses everything that would take of a budget. */
    @Command(name = "close", description = "refuse every call that would take of a budget, for good")
    public static final class Close extends BudgetStateCommand {
        public Close(Terminal terminal) {
            super(terminal, "closed");
        }
    }

    /** Takes either back. */
    @Command(name = "open", description = "let calls take of a budget again that was frozen or closed")
    public static final class Open extends BudgetStateCommand {
        public Open(Terminal terminal) {
            super(terminal, "open");
        }
    }

    @Override
    public Integer call() {
        ObjectNode body = order.body();
        body.put("budget", budget).put("state", state);
        try (AdminClient client = server.connect(terminal)) {
            JsonNode now = client.post("/api/v1/budgets/state", body);
            terminal.line(server.json() ? now.toString() : budget + " is " + state);
            return 0;
        }
    }
}
