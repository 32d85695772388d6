package dev.portreeve.gateway.http;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.portreeve.gateway.model.ReplayUpstream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A vendor's Node SDK, where Node and npm are present; its package is installed once into target. Without them the test is
 * left out.
 */
public final class NodeSdk {
    private final Path folder;
    private final String script;

    /** How a script ended. */
    public record Run(int exit, String output) {}

    /**
     * @param version what npm shall install
     * @param script of the test resources
     */
    public static NodeSdk install(String name, String version, String script) throws IOException, InterruptedException {
        return install(name, version, "script.mjs", ReplayUpstream.recorded(script));
    }

    /**
     * @param version what npm shall install
     * @param file of the script, whose name no other test uses for this SDK
     */
    @SuppressWarnings("try") // The lock is only held.
    static NodeSdk install(String name, String version, String file, byte[] script)
            throws IOException, InterruptedException {
        assumeTrue(isThere("node") && isThere("npm"), "Node is not installed, so its SDK is not tried");
        Path folder = Path.of("target", "node-" + name.replaceAll("[^a-z]", ""));
        Files.createDirectories(folder);
        Files.write(folder.resolve(file), script);
        // Tests run in several processes.
        try (FileChannel turn =
                        FileChannel.open(folder.resolve("turn"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock ignored = turn.lock()) {
            installAlone(folder, name, version);
        }
        return new NodeSdk(folder, file);
    }

    private static void installAlone(Path folder, String name, String version)
            throws IOException, InterruptedException {
        if (!Files.exists(folder.resolve("node_modules/" + name + "/package.json"))) {
            Files.writeString(folder.resolve("package.json"), "{\"private\":true,\"type\":\"module\"}");
            Run npm = run(
                    folder,
                    List.of("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", name + "@" + version));
            assumeTrue(npm.exit() == 0, "the Node SDK cannot be installed here: " + npm.output());
        }
    }

    private NodeSdk(Path folder, String script) {
        this.folder = folder;
        this.script = script;
    }

    public Run run(String... arguments) throws IOException, InterruptedException {
        return run(Map.of(), List.of(arguments));
    }

    public Run run(Map<String, String> environment, List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("node", script));
        command.addAll(arguments);
        return run(folder, environment, command);
    }

    /** A server that listens on a port of its choice and prints it; it ends with its input. */
    public record Server(Process process, int port) implements AutoCloseable {
        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    /** Starts the script as a server. */
    public Server serve(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("node", script));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String line = process.inputReader(StandardCharsets.UTF_8).readLine();
        if (line == null) {
            throw new AssertionError(command + " ended before it listened");
        }
        return new Server(process, Integer.parseInt(line.strip()));
    }

    private static boolean isThere(String program) throws InterruptedException {
        try {
            return run(Path.of("."), List.of(program, "--version")).exit() == 0;
        } catch (IOException notThere) {
            return false;
        }
    }

    private static Run run(Path folder, List<String> command) throws IOException, InterruptedException {
        return run(folder, Map.of(), command);
    }

    private static Run run(Path folder, Map<String, String> environment, List<String> command)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(command))
                .directory(folder.toFile())
                .redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return new Run(process.exitValue(), output);
    }
}
