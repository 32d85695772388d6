package dev.portreeve.gateway;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** A gateway in a process of its own, to be killed. */
record GatewayChild(Process process, URI data) implements AutoCloseable {
    static GatewayChild start(Path folder) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "serve",
                "--config",
                folder.resolve("portreeve.yaml").toString());
        builder.directory(folder.toFile());
        builder.redirectError(folder.resolve("child.log").toFile());
        builder.environment().putAll(Map.of("NO_COLOR", "1"));
        Process process = builder.start();
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith("callers")) {
                return new GatewayChild(process, URI.create(line.split("\\s+")[1]));
            }
        }
        process.destroyForcibly();
        throw new IOException("the gateway did not start; see " + folder.resolve("child.log"));
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
