package dev.portreeve.gateway;

import dev.portreeve.gateway.cli.Terminal;
import dev.portreeve.gateway.config.ConfigFile;
import dev.portreeve.policy.key.Issuance;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * The whole gateway with an embedded PostgreSQL, on ports of its own, and its command line beside it. In the gateway's package
 * because the command line is not meant to be called from other programs.
 */
public final class RunningGateway implements AutoCloseable {
    private final Path data;
    private final Gateway gateway;

    /** What a command said. */
    public record Said(int exitCode, String out, String err) {}

    private RunningGateway(Path data, Gateway gateway) {
        this.data = data;
        this.gateway = gateway;
    }

    /** @param config in which {@code ${DATA}} is the data directory */
    public static RunningGateway start(Path data, String config) {
        return start(data, config, Map.of("DATA", data.toString()));
    }

    /** The demo, as {@code portreeve demo} starts it, but on free ports. */
    public static RunningGateway demo(Path data) throws IOException {
        try (InputStream text = Gateway.class.getResourceAsStream("/demo/portreeve.yaml")) {
            return start(
                    data,
                    new String(text.readAllBytes(), StandardCharsets.UTF_8),
                    Map.of(
                            "PORTREEVE_DEMO_LISTEN", "127.0.0.1:0",
                            "PORTREEVE_DEMO_ADMIN_LISTEN", "127.0.0.1:0",
                            "PORTREEVE_DEMO_DATA", data.toString(),
                            "PORTREEVE_DEMO_NOTES", data.resolve("notes").toString(),
                            "PORTREEVE_DEMO_JAVA", java(),
                            "PORTREEVE_DEMO_EXAMPLES", classPath()));
        }
    }

    private static RunningGateway start(Path data, String config, Map<String, String> variables) {
        // As the program does: what Helidon logs goes where everything else is logged.
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        return new RunningGateway(
                data, Gateway.start(ConfigFile.parse("test.yaml", config, data, variables::get), Clock.systemUTC()));
    }

    public static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** Everything this test sees: the gateway, the examples and their libraries. */
    public static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    public URI url() {
        return gateway.dataUrl();
    }

    public Path data() {
        return data;
    }

    public String newKey(String tenant, String member) {
        return switch (gateway.keys().create(tenant, member, "test", null, "test")) {
            case Issuance.Issued issued -> issued.key().reveal();
            case Issuance.Refused refused -> throw new IllegalStateException(refused.detail());
            case Issuance.Beyond beyond -> throw new IllegalStateException(beyond.detail());
        };
    }

    /** Runs one command line against this gateway. */
    public Said run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Terminal terminal = new Terminal(
                new PrintWriter(out), new PrintWriter(err), Map.of("PORTREEVE_DATA", data.toString())::get, false);
        int code = Main.run(terminal, arguments);
        return new Said(code, out.toString(), err.toString());
    }

    /** Puts a {@code portreeve} command that is this build into a folder, and returns the folder. */
    public static Path command(Path folder) {
        Path command = folder.resolve("portreeve");
        try {
            Files.writeString(
                    command,
                    "#!/bin/sh\nexec env PORTREEVE_EXAMPLES='" + classPath() + "' '" + java() + "' -cp '" + classPath()
                            + "' " + Main.class.getName() + " \"$@\"\n");
            if (!command.toFile().setExecutable(true)) {
                throw new IOException("'" + command + "' cannot be made executable");
            }
            return folder;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public void close() {
        gateway.close();
    }
}
