package dev.portreeve.gateway.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code portreeve admin-link}. */
@Command(
        name = "admin-link",
        description = "a one-time link that signs a browser in to the admin page",
        mixinStandardHelpOptions = true)
public final class AdminLinkCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ServerOptions server = new ServerOptions();

    public AdminLinkCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (AdminClient client = server.connect(terminal)) {
            JsonNode link = client.post("/api/v1/links", JsonMapper.shared().createObjectNode());
            terminal.line(server.json() ? link.toString() : link.path("url").asString());
            return 0;
        }
    }
}
