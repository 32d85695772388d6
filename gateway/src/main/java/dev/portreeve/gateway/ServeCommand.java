package dev.portreeve.gateway;

import dev.portreeve.gateway.cli.Terminal;
import dev.portreeve.gateway.config.ConfigFile;
import dev.portreeve.gateway.config.GatewayConfig;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code portreeve serve}: runs the gateway until it is told to stop. */
@Command(name = "serve", description = "run the gateway", mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
    private static final Path USUAL = Path.of("portreeve.yaml");
    private final Terminal terminal;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            defaultValue = "portreeve.yaml",
            description = "default: ${DEFAULT-VALUE}")
    private Path config = USUAL;

    ServeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        GatewayConfig read = ConfigFile.read(config, terminal.environment());
        try (Lifetime lifetime = new Lifetime()) {
            Gateway gateway = lifetime.hold(Gateway.start(read, Clock.systemUTC()));
            terminal.line("callers    " + gateway.dataUrl() + "   (/v1, /mcp, /health)");
            terminal.line("operators  " + gateway.newAdminLink() + "   (works once)");
            String command = terminal.environment().apply("PORTREEVE_COMMAND");
            WaitingTools.lines(
                            gateway.servers(),
                            command == null || command.isEmpty() ? "./portreeve" : command,
                            WaitingTools.options(config, USUAL))
                    .forEach(terminal::bad);
            lifetime.await();
            return 0;
        }
    }
}
