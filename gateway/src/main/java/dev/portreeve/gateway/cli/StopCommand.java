package dev.portreeve.gateway.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code portreeve stop} and {@code portreeve resume}. */
@Command(mixinStandardHelpOptions = true)
public abstract class StopCommand implements Callable<Integer> {
    private final Terminal terminal;
    private final String path;

    @Mixin
    private final ServerOptions server = new ServerOptions();

    @Parameters(
            paramLabel = "WHO",
            description = "agent:triage-bot, user:maria, team:support, tenant:acme or key:<its 12 characters>")
    private String owner = "";

    @Mixin
    private final Order order = new Order();

    private StopCommand(Terminal terminal, String path) {
        this.terminal = terminal;
        this.path = path;
    }

    /** Refuses all calls of somebody, and cuts those that run. */
    @Command(name = "stop", description = "refuse all calls of somebody from now on, and cut those that run")
    public static final class Stop extends StopCommand {
        public Stop(Terminal terminal) {
            super(terminal, "/api/v1/stops");
        }
    }

    /** Takes a stop back. */
    @Command(name = "resume", description = "let the calls of somebody who was stopped run again")
    public static final class Resume extends StopCommand {
        public Resume(Terminal terminal) {
            super(terminal, "/api/v1/stops/resume");
        }
    }

    @Override
    public Integer call() {
        ObjectNode body = order.body();
        body.put("owner", owner);
        try (AdminClient client = server.connect(terminal)) {
            JsonNode change = client.post(path, body);
            if (server.json()) {
                terminal.line(change.toString());
                return 0;
            }
            boolean was = change.path("before").isObject();
            boolean is = change.path("after").isObject();
            terminal.line(owner + (is ? " is stopped" : was ? " is resumed" : " was not stopped"));
            return 0;
        }
    }
}
