package dev.portreeve.gateway;

import dev.portreeve.gateway.cli.CliFailure;
import dev.portreeve.gateway.cli.Terminal;
import dev.portreeve.gateway.config.ConfigFile;
import dev.portreeve.gateway.config.GatewayConfig;
import dev.portreeve.gateway.database.StartFailure;
import dev.portreeve.policy.key.Issuance;
import dev.portreeve.policy.key.KeyDirectory;
import dev.portreeve.policy.key.KeyInfo;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code portreeve demo}: the gateway with a built-in model, a sample tool server and commands to paste. */
@Command(
        name = "demo",
        description = "run a gateway that needs no keys and no network, with commands to try",
        mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
    private static final String TENANT = "demo";
    private static final String KEY_NAME = "demo";
    private final Terminal terminal;

    @Option(names = "--listen", defaultValue = "127.0.0.1:8080", description = "default: ${DEFAULT-VALUE}")
    private String listen = "127.0.0.1:8080";

    @Option(names = "--admin-listen", defaultValue = "127.0.0.1:8081", description = "default: ${DEFAULT-VALUE}")
    private String adminListen = "127.0.0.1:8081";

    @Option(names = "--data", paramLabel = "DIR", defaultValue = "data/demo", description = "default: ${DEFAULT-VALUE}")
    private Path data = Path.of("data", "demo");

    DemoCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        GatewayConfig config = configuration();
        terminal.note("starting; the first start makes the database and takes a few seconds");
        try (Lifetime lifetime = new Lifetime()) {
            Gateway gateway = lifetime.hold(start(config));
            String command = terminal.environment().apply("PORTREEVE_COMMAND");
            DemoScript script = new DemoScript(
                    gateway.dataUrl(),
                    gateway.newAdminLink(),
                    command == null || command.isEmpty() ? "./portreeve" : command,
                    newKey(gateway.keys(), "scribe"),
                    newKey(gateway.keys(), "spender"));
            script.lines().forEach(terminal::line);
            lifetime.await();
            return 0;
        }
    }

    private GatewayConfig configuration() {
        Path folder = data.toAbsolutePath().normalize();
        Map<String, String> variables = Map.of(
                "PORTREEVE_DEMO_LISTEN", listen,
                "PORTREEVE_DEMO_ADMIN_LISTEN", adminListen,
                "PORTREEVE_DEMO_DATA", folder.toString(),
                "PORTREEVE_DEMO_NOTES", folder.resolve("notes").toString(),
                "PORTREEVE_DEMO_JAVA",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "PORTREEVE_DEMO_EXAMPLES", ExamplesJar.classPath(terminal.environment()));
        return ConfigFile.parse("the demo's configuration", text(), Path.of("").toAbsolutePath(), variables::get);
    }

    private static Gateway start(GatewayConfig config) {
        try {
            return Gateway.start(config, Clock.systemUTC());
        } catch (StartFailure failure) {
            throw new CliFailure(
                    CliFailure.UNREACHABLE,
                    failure.getMessage() + "\nthe demo takes --listen, --admin-listen and --data",
                    failure);
        }
    }

    /** Ends the key of an earlier demo: its secret is lost, and nobody should have to wonder about it. */
    private static String newKey(KeyDirectory keys, String member) {
        for (KeyInfo old : keys.list(TENANT)) {
            if (old.member().equals(member) && old.name().equals(KEY_NAME) && old.revokedAt() == null) {
                boolean unused = keys.revoke(TENANT, old.id(), KEY_NAME);
            }
        }
        return switch (keys.create(TENANT, member, KEY_NAME, null, KEY_NAME)) {
            case Issuance.Issued issued -> issued.key().reveal();
            case Issuance.Refused refused -> throw new IllegalStateException(refused.detail());
            case Issuance.Beyond beyond -> throw new IllegalStateException(beyond.detail());
        };
    }

    private static String text() {
        try (InputStream in = DemoCommand.class.getResourceAsStream("/demo/portreeve.yaml")) {
            if (in == null) {
                throw new IllegalStateException("the demo's configuration is not in the program");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
