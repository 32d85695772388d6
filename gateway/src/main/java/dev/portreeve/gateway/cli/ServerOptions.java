package dev.portreeve.gateway.cli;

import dev.portreeve.gateway.config.ConfigFile;
import dev.portreeve.gateway.config.DataDirectory;
import dev.portreeve.gateway.config.GatewayConfig;
import dev.portreeve.policy.call.Secret;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which server a command means, and how it answers; shared by all commands that speak to one. */
final class ServerOptions {
    static final Path DEFAULT_CONFIG = Path.of("portreeve.yaml");
    static final Path DEFAULT_DATA = Path.of("data");
    static final Path DEMO_DATA = Path.of("data", "demo");

    /** How results are printed. */
    enum Format {
        text,
        json
    }

    @Option(names = "--data", paramLabel = "DIR", description = "the server's data directory")
    private @Nullable Path data;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "the server's configuration (default: portreeve.yaml)")
    private @Nullable Path config;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "text|json",
            description = "how to print the result (default: text)")
    private Format format = Format.text;

    boolean json() {
        return format == Format.json;
    }

    /** The configuration that the command line names; {@code null} if it names none. */
    @Nullable
    Path namedConfig() {
        return config;
    }

    /** The configuration that is meant, if there is one. */
    Optional<GatewayConfig> configuration(Terminal terminal) {
        Path file = config == null ? DEFAULT_CONFIG : config;
        boolean wanted = config != null || (data == null && Files.exists(file));
        return wanted ? Optional.of(ConfigFile.read(file, terminal.environment())) : Optional.empty();
    }

    /**
     * The data directory: what {@code --data} or PORTREEVE_DATA says, else that of the configuration, else that of a demo
     * that runs here, else {@code ./data}.
     */
    DataDirectory dataDirectory(Terminal terminal) {
        String variable = terminal.environment().apply("PORTREEVE_DATA");
        if (data != null) {
            return new DataDirectory(data);
        }
        if (variable != null && !variable.isEmpty() && config == null) {
            return new DataDirectory(Path.of(variable));
        }
        return configuration(terminal)
                .map(found -> new DataDirectory(found.server().dataDirectory()))
                .orElseGet(ServerOptions::nearest);
    }

    private static DataDirectory nearest() {
        DataDirectory demo = new DataDirectory(DEMO_DATA);
        DataDirectory own = new DataDirectory(DEFAULT_DATA);
        return own.listeners().isEmpty() && demo.existingAdminToken().isPresent() ? demo : own;
    }

    /** @throws CliFailure there is no sign of a running server */
    AdminClient connect(Terminal terminal) {
        DataDirectory directory = dataDirectory(terminal);
        Optional<Secret> token = directory.existingAdminToken();
        if (token.isEmpty()) {
            throw notRunning(directory);
        }
        return new AdminClient(listeners(terminal).admin(), token.get());
    }

    /** @throws CliFailure there is no sign of a running server */
    DataDirectory.Listeners listeners(Terminal terminal) {
        DataDirectory directory = dataDirectory(terminal);
        return directory.listeners().orElseThrow(() -> notRunning(directory));
    }

    private static CliFailure notRunning(DataDirectory directory) {
        return new CliFailure(
                CliFailure.UNREACHABLE,
                "no server runs on the data directory \"" + directory.root()
                        + "\": start one with portreeve serve, or name another with --data");
    }
}
