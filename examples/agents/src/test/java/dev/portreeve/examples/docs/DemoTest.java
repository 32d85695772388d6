package dev.portreeve.examples.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.RunningGateway;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code portreeve demo} in a process of its own, and a reader who pastes what it prints, line by line. */
final class DemoTest {
    private static final int STEPS = 6;
    private Path folder;
    private Process demo;
    private List<String> printed;

    @BeforeEach
    void start(@TempDir Path temporary) throws IOException {
        folder = RunningGateway.command(temporary);
        demo = shell("exec ./portreeve demo --listen 127.0.0.1:0 --admin-listen 127.0.0.1:0 2>demo.log");
        printed = readScript(demo.inputReader());
    }

    @AfterEach
    void stop() throws InterruptedException {
        demo.destroy();
        assertTrue(demo.waitFor(1, TimeUnit.MINUTES), "the demo did not end when asked to");
    }

    private Process shell(String script) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("bash", "-c", script).directory(folder.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("PORTREEVE_"));
        return builder.start();
    }

    private List<String> readScript(BufferedReader lines) throws IOException {
        List<String> script = new ArrayList<>();
        int lastStep = -1;
        String line = lines.readLine();
        while (line != null) {
            script.add(line);
            if (line.startsWith("# " + STEPS + " ")) {
                lastStep = script.size();
            }
            // The last step has three commands.
            if (lastStep >= 0 && script.size() == lastStep + 3) {
                return script;
            }
            line = lines.readLine();
        }
        throw new AssertionError("the demo ended: " + Files.readString(folder.resolve("demo.log")) + script);
    }

    /** The lines of a step; with 0, the line with the keys. */
    private List<String> step(int number) {
        if (number == 0) {
            return printed.stream().filter(line -> line.startsWith("export ")).toList();
        }
        List<String> lines = new ArrayList<>();
        boolean inside = false;
        for (String line : printed) {
            if (line.startsWith("# ")) {
                inside = line.startsWith("# " + number + " ");
            } else if (inside) {
                lines.add(line);
            }
        }
        return lines;
    }

    /** What each command of a step printed, on either stream. */
    private List<String> paste(int number) throws IOException, InterruptedException {
        List<String> said = new ArrayList<>();
        for (String line : step(number)) {
            Process process = shell("exec 2>&1; " + step(0).getFirst() + "\n" + line);
            process.getOutputStream().close();
            said.add(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            process.waitFor();
        }
        return said;
    }

    private static void says(String output, String expected) {
        assertTrue(output.contains(expected), () -> "no \"" + expected + "\" in:\n" + output);
    }

    @Test
    void everyPrintedCommandDoesWhatItsHeadlineSays() throws Exception {
        assertEquals(1, step(0).size(), printed.toString());
        says(paste(1).getFirst(), "\"finish_reason\":\"stop\"");
        says(paste(2).getFirst(), "lemons");

        List<String> approval = paste(3);
        says(approval.get(0), "a person must approve it first");
        says(approval.get(1), "approved: notes__write_note");
        says(approval.get(2), "bees.md");

        String spent = paste(4).getFirst();
        says(spent, "\"finish_reason\":\"stop\"");
        says(spent, "insufficient_quota");
        says(spent, "is exhausted");

        String secret = paste(5).getFirst();
        says(secret, "content_policy_violation");
        assertTrue(!secret.contains("prk_"), secret);

        List<String> proof = paste(6);
        says(proof.get(0), "INTACT");
        says(proof.get(1), "1 rows changed");
        says(proof.get(2), "TAMPERED");
        says(proof.get(2), "altered");
    }
}
